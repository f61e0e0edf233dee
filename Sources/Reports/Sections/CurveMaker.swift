/// Charts of what several groups have in common, over one axis.
struct CurveMaker {
  let groups: [RunGroup]

  /// How many stretches a run is cut into.
  private static let stretchCount = 60

  /// What steps are of.
  private var xName: String { groups.first?.ofAgent == nil ? "updates" : "environment steps" }

  private var lastStep: Int { groups.flatMap(\.runs).map(\.steps).max() ?? 0 }

  /// A curve for each group that has the numbers; with several seeds, a faint one for each besides.
  ///
  /// - Parameters:
  ///   - name: what the curve is called beside the group's name; empty where there is one a group.
  ///   - shift: added to the groups' colours.
  ///   - areSuccesses: whether samples are 0 or 1.
  func series(
    _ name: String = "", shift: Int = 0, mark: CurveChart.Mark = .line,
    areSuccesses: Bool = false, _ samples: (RunRecord) -> [RunRecord.Sample]
  ) -> [CurveChart.Series] {
    groups.flatMap { group -> [CurveChart.Series] in
      let runs = group.runs.map(samples).filter { !$0.isEmpty }
      guard !runs.isEmpty else { return [] }
      let title =
        name.isEmpty ? group.name : groups.count > 1 ? "\(group.name): \(name)" : name
      let color = group.color + shift
      let each = runs.count > 1 ? runs : []
      return each.map {
        CurveChart.Series(name: title, color: color, points: points([$0]), mark: .faint)
      } + [
        CurveChart.Series(
          name: title, color: color, points: points(runs, areSuccesses: areSuccesses), mark: mark)
      ]
    }
  }

  private func points(
    _ runs: [[RunRecord.Sample]], areSuccesses: Bool = false
  ) -> [CurveChart.Point] {
    Aggregation.curve(
      runs, lastStep: lastStep, stretchCount: Self.stretchCount, areSuccesses: areSuccesses)
  }

  /// A chart of metrics by their names in `metrics.jsonl`; nil where no run has any.
  func chart(
    _ title: String, unit: String, _ keys: [(name: String, key: String)],
    levels: [CurveChart.Level] = [], mayBeLogarithmic: Bool = false
  ) -> CurveChart? {
    let series = keys.enumerated().flatMap { index, key in
      self.series(
        keys.count > 1 ? key.name : "", shift: index * max(groups.count, 1),
        mark: index == 0 ? .line : .dashed
      ) { $0.metrics[key.key] ?? [] }
    }
    let chart = CurveChart(
      title: title, unit: unit, xName: xName, series: series, levels: levels,
      mayBeLogarithmic: mayBeLogarithmic)
    return chart.isEmpty ? nil : chart
  }

  /// All names of metrics that some run has.
  var metricNames: [String] {
    Set(groups.flatMap(\.runs).flatMap { $0.metrics.keys }).sorted()
  }
}
