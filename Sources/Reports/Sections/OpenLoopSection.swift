import Evaluation

/// How far imagined frames are from what comes.
struct OpenLoopSection {
  let studies: [AgentStudy]
  let names: [String]
  /// Whether several groups are compared, so that each needs its name.
  let isComparison: Bool

  /// Nil where there is nothing to compare.
  var section: PageSection? {
    let parts = zip(studies, names).compactMap { study, name in
      study.openLoop.map { error in
        (isComparison ? "<h3>\(HTML.escaped(name))</h3>" : "") + Self.part(error)
      }
    }
    guard !parts.isEmpty else { return nil }
    return PageSection(
      id: "openloop", title: "How long imagination holds",
      body: HTML.note(
        "Fresh episodes of random actions: the model observes, then imagines with closed eyes, told "
          + "only the actions. Compared with copying the last observed frame, and with the mean of all "
          + "frames. Horizons are counted within an episode.") + parts.joined())
  }

  private static func part(_ error: OpenLoopError) -> String {
    func series(
      _ name: String, color: Int, mark: CurveChart.Mark = .line,
      _ value: KeyPath<OpenLoopError.Horizon, Double>
    ) -> CurveChart.Series {
      CurveChart.Series(
        name: name, color: color,
        points: error.horizons.map { .init(x: Double($0.steps), y: $0[keyPath: value]) },
        mark: mark)
    }
    let chart = CurveChart(
      title: "Open-loop error", unit: "mean squared error of pixels (0 to 1)",
      xName: "steps imagined",
      series: [
        series("model", color: 0, \.model),
        series("copy of the last frame", color: 1, mark: .dashed, \.copy),
        series("mean frame", color: 7, mark: .dashed, \.mean),
      ], mayBeLogarithmic: true)
    let verdict =
      error.isBelowGuesses
      ? "The model is nearer than either guess at every horizon."
      : "At some horizons a guess is nearer than the model."
    return chart.figure(isWide: true) + HTML.note(verdict)
      + HTML.folded("The numbers", table(error))
  }

  private static func table(_ error: OpenLoopError) -> String {
    HTML.table(
      "Mean squared error of pixels by steps imagined",
      head: ["Steps", "Model", "Copy", "Mean", "Stretches"],
      rows: error.horizons.map { horizon in
        ["\(horizon.steps)"] + [horizon.model, horizon.copy, horizon.mean].map(Numbers.short)
          + ["\(horizon.count)"]
      })
  }
}
