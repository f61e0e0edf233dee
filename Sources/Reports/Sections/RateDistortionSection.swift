/// What frames' latents cost, and what they leave to say, over all runs of the page.
struct RateDistortionSection {
  let groups: [RunGroup]

  /// Nil before a look at the validation frames was logged.
  var section: PageSection? {
    let ends = groups.map { group in
      CurveChart.Series(
        name: group.name, color: group.color,
        points: group.runs.compactMap { Self.points($0).last }.sorted { $0.x < $1.x }, mark: .dots)
    }.filter { !$0.points.isEmpty }
    guard !ends.isEmpty else { return nil }
    let paths = groups.flatMap { group in
      group.runs.map {
        CurveChart.Series(
          name: group.name, color: group.color, points: Self.points($0), mark: .faint)
      }
    }
    let chart = CurveChart(
      title: "Rate and distortion", unit: "distortion, nats a frame",
      xName: "rate, nats a frame", series: paths + ends)
    return PageSection(
      id: "rate-distortion", title: "Rate and distortion",
      body: chart.figure(isWide: true)
        + HTML.note(
          "A dot for each run, where it stood at the last look at its validation frames; the faint lines "
            + "are the ways there. Down and to the left is better. On a line of equal sums runs have equal "
            + "bounds; how they share them out is what β and free nats choose.")
        + HTML.folded("The numbers", table))
  }

  private static func points(_ run: RunRecord) -> [CurveChart.Point] {
    zip(run.metrics["eval/rate"] ?? [], run.metrics["eval/distortion"] ?? [])
      .filter { $0.step == $1.step }.map { CurveChart.Point(x: $0.value, y: $1.value) }
  }

  private var table: String {
    let rows = groups.flatMap { group in
      group.runs.compactMap { run -> [String]? in
        guard let point = Self.points(run).last else { return nil }
        return [
          HTML.escaped(run.name), HTML.escaped(group.name), Numbers.short(point.x),
          Numbers.short(point.y), Numbers.short(-point.x - point.y),
        ]
      }
    }
    return HTML.table(
      "Nats a frame at the last look at the validation frames",
      head: ["Run", "Group", "Rate", "Distortion", "Bound"], rows: rows)
  }
}
