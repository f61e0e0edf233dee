import Foundation
import Probes

/// How much of a world's true state can be read from the latents.
struct ProbeSection {
  let studies: [AgentStudy]
  let names: [String]
  /// Whether several groups are compared, so that each needs its name.
  let isComparison: Bool

  /// Nil where there is no agent to look at.
  var section: PageSection? {
    guard !studies.isEmpty else { return nil }
    let parts = zip(studies, names).map { study, name in
      (isComparison ? "<h3>\(HTML.escaped(name))</h3>" : "")
        + (study.probes.map(table)
          ?? HTML.missing("This world says nothing of its true state, so nothing can be probed."))
    }
    return PageSection(
      id: "probes", title: "What the latents know",
      body: HTML.note(
        "Linear probes of the posterior's state (deter, stoch, and both) on held-out episodes of "
          + "random actions. Classes: share of moments that a multinomial logistic regression reads "
          + "rightly, against always saying the commonest class; numbers: R² of a ridge regression. "
          + "The strength of the penalty is chosen on episodes of their own. Every moment counts, the "
          + "first ones too, where what was seen so far may leave several answers open.")
        + parts.joined())
  }

  private func table(_ probes: ProbeTable) -> String {
    let rows = probes.lines.map { line -> [String] in
      let kind = line.classes.map { "\($0) classes" } ?? "number, R²"
      guard let scores = line.scores else {
        return [cell(line.name, "does not vary"), "–", "–", "–", "–"]
      }
      let isChoice = line.classes != nil
      return [
        cell(line.name, kind), value(scores.deter, isChoice), value(scores.stoch, isChoice),
        value(scores.both, isChoice), isChoice ? Numbers.percent(line.baseline) : "0",
      ]
    }
    return HTML.table(
      "Fitted to \(Numbers.whole(probes.fitMoments)) moments of \(probes.fitEpisodes) episodes, tested "
        + "on \(Numbers.whole(probes.testMoments)) of \(probes.testEpisodes) others",
      head: ["True state", "deter", "stoch", "both", "without looking"], rows: rows)
  }

  private func cell(_ name: String, _ kind: String) -> String {
    "\(HTML.escaped(name)) <span class=\"unit\">\(HTML.escaped(kind))</span>"
  }

  private func value(_ score: Double, _ isChoice: Bool) -> String {
    // What is no number reaches nothing.
    let share = score.isNaN ? 0 : Int((100 * min(max(score, 0), 1)).rounded())
    return (isChoice ? Numbers.percent(score) : String(format: "%.3f", score))
      + "<span class=\"bar\" aria-hidden=\"true\"><i style=\"width:\(share)%\"></i></span>"
  }
}
