import Evaluation
import Foundation

/// The few numbers that are asked for first.
struct SummarySection {
  let groups: [RunGroup]

  /// How much of a run's last episodes its result is of.
  private static let lastShare = 0.1

  var section: PageSection {
    let parts = groups.map { group in
      let heading = groups.count > 1 ? "<h3>\(HTML.escaped(group.name))</h3>" : ""
      return heading + "<dl class=\"cards\">\(cards(group).joined())</dl>"
    }
    return PageSection(
      id: "summary", title: "Summary",
      body: parts.joined()
        + HTML.note(
          "Returns and successes are those of the last tenth of the steps, with draws from the "
            + "policy as in training: means of the seeds' means, ± the standard deviation over seeds; "
            + "of successes, Wilson's 95 % interval for all those episodes."
        ))
  }

  private func cards(_ group: RunGroup) -> [String] {
    let returns = final(group.runs.map(\.scores))
    let seeds = group.runs.map { "\($0.configuration.seed)" }.joined(separator: ", ")
    let steps = group.runs.map(\.steps).max() ?? 0
    let best = group.information?.bestReturn.map { "best known mean \(Numbers.short($0))" }
    var cards = [
      card("Return", returns.map(Self.text) ?? "none yet", best ?? ""),
      card(
        group.runs.count == 1 ? "Seed" : "Seeds",
        group.runs.count == 1 ? seeds : "\(group.runs.count)",
        group.runs.count == 1 ? "" : seeds),
      card("Environment steps", Numbers.short(Double(steps)), progress(group)),
    ]
    if let rate = final(group.runs.map(\.successes)) {
      let interval = successInterval(group.runs.map(\.successes))
      let text =
        "\(Numbers.percent(interval.lowerBound)) to \(Numbers.percent(interval.upperBound))"
      cards.insert(card("Success", Numbers.percent(rate.mean), text), at: 1)
    }
    if let updates = group.runs.compactMap(\.updates).max() {
      cards.append(card("Updates", Numbers.short(Double(updates)), ""))
    }
    if let count = group.runs[0].metrics["train/opt/param_count"]?.last?.value {
      cards.append(card("Parameters", Numbers.short(count), ""))
    }
    return cards
  }

  private func progress(_ group: RunGroup) -> String {
    "of \(Numbers.short(Double(group.configuration.plannedSteps)))"
  }

  private func card(_ name: String, _ value: String, _ more: String) -> String {
    SummaryCard(name, value, more).html
  }

  private static func text(_ result: (mean: Double, deviation: Double?)) -> String {
    let mean = String(format: "%.3g", result.mean)
    return result.deviation.map { "\(mean) ± \(String(format: "%.2g", $0))" } ?? mean
  }

  /// Over the last tenth of the steps; no deviation with one run.
  private func final(_ runs: [[RunRecord.Sample]]) -> (mean: Double, deviation: Double?)? {
    let means = runs.map(lastValues).filter { !$0.isEmpty }.map(Aggregation.mean)
    guard !means.isEmpty else { return nil }
    return (Aggregation.mean(means), means.count > 1 ? Aggregation.deviation(means) : nil)
  }

  private func lastValues(_ samples: [RunRecord.Sample]) -> [Double] {
    let start = Double(samples.last?.step ?? 0) * (1 - Self.lastShare)
    return samples.filter { Double($0.step) >= start }.map(\.value)
  }

  private func successInterval(_ runs: [[RunRecord.Sample]]) -> ClosedRange<Double> {
    let all = runs.flatMap(lastValues)
    return EvaluationIntervals.wilson(share: Aggregation.mean(all), of: all.count)
  }
}

/// A number that is asked for first.
struct SummaryCard {
  private let name: String
  private let value: String
  private let more: String

  init(_ name: String, _ value: String, _ more: String) {
    (self.name, self.value, self.more) = (name, value, more)
  }

  var html: String {
    "<div class=\"card\"><dt>\(HTML.escaped(name))</dt><dd>\(HTML.escaped(value))"
      + (more.isEmpty ? "" : "<small>\(HTML.escaped(more))</small>") + "</dd></div>"
  }
}
