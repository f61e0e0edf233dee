import EnvironmentInterface
import Probes
import Statistics

/// What use a model of frames makes of its latents, and where frames have them.
struct LatentSections: FrameStudySections {
  let studies: [FrameStudy]
  let names: [String]
  /// Whether several groups are compared, so that each needs its name.
  let isComparison: Bool

  // MARK: usage

  var usage: PageSection? {
    section(
      "usage", "What use is made of latents",
      note:
        "Of held-out frames. A dimension carries something from 0.1 nats on; beside that stands "
        + "Burda's criterion, a posterior mean that varies by more than 0.01, which may call dying "
        + "dimensions active. Codes are of use where many are chosen, and evenly."
    ) { dimensions($0) ?? codes($0) }
  }

  /// Bars that can be told apart.
  private static let mostBars = 256

  private func dimensions(_ study: FrameStudy) -> String? {
    let collapse = study.report.diagnosis?.collapse
    let nats = collapse?.divergences ?? study.report.bound.rates
    guard nats.count > 1 else { return nil }
    let shown = nats.indices.sorted { nats[$0] > nats[$1] }.prefix(Self.mostBars)
    func series(_ name: String, color: Int, _ isIn: (Int) -> Bool) -> CurveChart.Series {
      CurveChart.Series(
        name: name, color: color,
        points: shown.enumerated().filter { isIn($0.element) }
          .map { CurveChart.Point(x: Double($0.offset + 1), y: nats[$0.element]) }, mark: .bars)
    }
    let variances = collapse?.meanVariances
    func isActive(_ dimension: Int) -> Bool {
      variances.map { $0[dimension] > PosteriorCollapse.activityThreshold } ?? true
    }
    let bars = [
      series(variances == nil ? "dimensions" : "active units", color: 0, isActive),
      series("no active units", color: 7) { !isActive($0) },
    ].filter { !$0.points.isEmpty }
    let chart = CurveChart(
      title: "Nats of each dimension", unit: "\(study.report.bound.count) frames",
      xName: "dimensions, those with most first", series: bars,
      levels: [.init(name: "carries something", y: PosteriorCollapse.divergenceThreshold)])
    let rows = shown.map { dimension in
      [
        "\(dimension)", Numbers.short(nats[dimension]),
        variances.map { Numbers.short($0[dimension]) } ?? "–",
      ]
    }
    return chart.figure(isWide: true)
      + HTML.folded(
        "The numbers",
        HTML.table(
          "Nats of each dimension, and the variance of its posterior mean",
          head: ["Dimension", "Nats", "Variance"], rows: rows))
  }

  private func codes(_ study: FrameStudy) -> String? {
    guard let usage = study.report.diagnosis?.codes, usage.choices > 0 else { return nil }
    let shares = usage.counts.sorted(by: >).prefix(Self.mostBars)
      .map { Double($0) / Double(usage.choices) }
    let chart = CurveChart(
      title: "How often each code is chosen",
      unit: "share of \(Numbers.whole(usage.choices)) choices",
      xName: usage.counts.count > Self.mostBars
        ? "the \(Self.mostBars) of \(usage.counts.count) codes that are chosen most"
        : "codes, those chosen most first",
      series: [
        CurveChart.Series(
          name: "codes", color: 0,
          points: shares.enumerated().map { .init(x: Double($0.offset + 1), y: $0.element) },
          mark: .bars)
      ], levels: [.init(name: "all equally often", y: 1 / Double(usage.counts.count))])
    return chart.figure(isWide: true) + HTML.note(usage.sentence)
  }

  // MARK: map

  /// Things that frames are coloured by, at most.
  private static let mostFactors = 6

  var maps: PageSection? {
    section(
      "maps", "A map of the aggregate posterior",
      note:
        "Held-out frames where their latents lie, by the first two principal components of these "
        + "(posterior means, or what codes stand for). Circles, where there are some, are one and two "
        + "standard deviations of the standard normal prior; frames far outside, or a circle that is "
        + "empty in its middle, are holes."
    ) { study in
      guard let map = study.map else { return nil }
      let coloured = map.factors.prefix(Self.mostFactors).compactMap { factor in
        chart(
          map, factor.name, factor.values.map { .choice($0, of: factor.classNames) }
        ).figure
      }
      let plain = chart(map, "all", map.plane.places.map { _ in .choice(0, of: ["frames"]) })
      return "<div class=\"grid-of-charts\">"
        + (coloured.isEmpty ? [plain.anyFigure] : coloured).joined() + "</div>"
    }
  }

  private func chart(
    _ map: FrameMap, _ name: String, _ values: [TrueValue.Value]
  ) -> ScatterChart {
    let origin = map.plane.origin
    return ScatterChart(
      points: map.plane.places.map { .init(x: $0.x, y: $0.y) }, shares: map.plane.shares,
      name: name, values: values, noun: "frames",
      rings: map.hasStandardPrior ? (.init(x: origin.x, y: origin.y), [1, 2]) : nil)
  }
}
