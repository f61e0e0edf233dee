import Foundation

/// What episodes returned while the agent learned.
struct LearningSection {
  let groups: [RunGroup]

  var section: PageSection {
    let curves = CurveMaker(groups: groups)
    let hasSeeds = groups.contains { $0.runs.count > 1 }
    var body = returns(curves).map { $0.figure(isWide: true) } ?? ""
    if body.isEmpty {
      body = HTML.missing("No episode has ended yet: there is no learning curve.")
    } else {
      let interval =
        hasSeeds
        ? "Curves are means over seeds, bands their 95 % intervals (Student's t), faint lines single "
          + "seeds; where a group has one seed, its band is of the mean of a stretch's episodes. The "
          + "band of a success rate is at least Wilson's interval for all episodes."
        : "The curve is the mean of the episodes that ended in a stretch of steps, the band its 95 % "
          + "interval (Student's t; of a success rate, Wilson's)."
      body += HTML.note(interval)
    }
    let others = [
      chart(curves, "Success", "share of episodes", areSuccesses: true, \.successes),
      chart(curves, "Length", "steps an episode", \.lengths),
      curves.chart(
        "Evaluation", unit: "mean return",
        [("drawn from the policy", "eval/score"), ("likeliest actions", "eval_mode/score")]),
    ].compactMap { $0 }
    body += "<div class=\"grid-of-charts\">\(others.map { $0.figure() }.joined())</div>"
    return PageSection(id: "learning", title: "Learning", body: body)
  }

  private func returns(_ curves: CurveMaker) -> CurveChart? {
    var levels: [CurveChart.Level] = []
    let bests = groups.compactMap { $0.information?.bestReturn }
    if let best = bests.first, bests.count == groups.count, Set(bests).count == 1 {
      levels = [CurveChart.Level(name: "best known mean", y: best)]
    }
    let chart = CurveChart(
      title: "Return", unit: "sum of an episode's rewards", series: curves.series { $0.scores },
      levels: levels)
    return chart.isEmpty ? nil : chart
  }

  private func chart(
    _ curves: CurveMaker, _ title: String, _ unit: String,
    areSuccesses: Bool = false,
    _ samples: KeyPath<RunRecord, [RunRecord.Sample]>
  ) -> CurveChart? {
    let chart = CurveChart(
      title: title, unit: unit,
      series: curves.series(areSuccesses: areSuccesses) { $0[keyPath: samples] })
    return chart.isEmpty ? nil : chart
  }
}
