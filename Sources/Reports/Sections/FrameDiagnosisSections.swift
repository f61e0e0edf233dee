import Statistics

/// What is wrong with models of frames, in words and as a spectrum.
struct FrameDiagnosisSections: FrameStudySections {
  let studies: [FrameStudy]
  let names: [String]
  /// Whether several groups are compared, so that each needs its name.
  let isComparison: Bool

  var words: PageSection? {
    section(
      "diagnosis", "Diagnosis",
      note: "What can go wrong with such models, and whether it did, on held-out frames."
    ) { study in
      study.report.diagnosis.map { diagnosis in
        "<ul>\(diagnosis.sentences.map { "<li>\(HTML.escaped($0))</li>" }.joined())</ul>"
      }
    }
  }

  var spectrum: PageSection? {
    section(
      "spectrum", "How much detail is left",
      note:
        "The power of frames and of their reconstructions at each spatial frequency, whatever its "
        + "direction. Blur is power that is missing at high frequencies."
    ) { study in study.report.diagnosis.map { Self.part($0.blur, frames: $0.frames) } }
  }

  private static func part(_ blur: Blur, frames: Int) -> String {
    // 0 is the mean brightness, which is no detail.
    func points(_ spectrum: RadialSpectrum) -> [CurveChart.Point] {
      spectrum.power.enumerated().dropFirst().filter { $0.element > 0 }
        .map { CurveChart.Point(x: Double($0.offset), y: $0.element) }
    }
    let chart = CurveChart(
      title: "Power", unit: "mean square of pixels (0 to 1), \(frames) frames",
      xName: "cycles a picture",
      series: [
        CurveChart.Series(name: "frames", color: 0, points: points(blur.data)),
        CurveChart.Series(
          name: "reconstructions", color: 1, points: points(blur.reconstructions), mark: .dashed),
      ], mayBeLogarithmic: true)
    let rows = blur.ratios.enumerated().map { frequency, ratio in
      [
        "\(frequency)", Numbers.short(blur.data.power[frequency]),
        Numbers.short(blur.reconstructions.power[frequency]),
        ratio.map { Numbers.percent($0) } ?? "–",
      ]
    }
    return chart.figure(isWide: true) + HTML.note(blur.sentence)
      + HTML.folded(
        "The numbers",
        HTML.table(
          "Power by frequency, and how much of it is left",
          head: ["Cycles", "Frames", "Reconstructions", "Left"], rows: rows))
  }
}
