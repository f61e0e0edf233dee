import AutoencoderTraining
import Autoencoders
import Foundation

/// The few numbers of models of frames that are asked for first.
struct FrameSummarySection {
  let groups: [RunGroup]
  let studies: [FrameStudy]
  let names: [String]

  var section: PageSection {
    let parts = groups.map { group in
      (groups.count > 1 ? "<h3>\(HTML.escaped(group.name))</h3>" : "")
        + "<dl class=\"cards\">\(cards(group).joined())</dl>"
    }
    return PageSection(
      id: "summary", title: "Summary",
      body: parts.joined()
        + HTML.note(
          "Bounds are in nats a frame. Those of validation frames are the last that was logged: means over "
            + "seeds, ± the standard deviation over seeds. Held-out frames were looked at for this page, "
            + "with the first run of each group.") + warning)
  }

  /// What a number is not.
  private var warning: String {
    let isGrey = groups.contains {
      ($0.configuration as? FrameTrainingConfiguration)?.vae.isGreyCrossEntropy == true
    }
    return isGrey
      ? HTML.missing(
        "Where pixels are grey (vae.pixels.binary=grey) their cross-entropy is no likelihood: compare such "
          + "numbers with their like.") : ""
  }

  private func cards(_ group: RunGroup) -> [String] {
    var cards = [
      SummaryCard("Evidence bound", last(group, "eval/elbo") ?? "none yet", "validation frames"),
      SummaryCard("Distortion", last(group, "eval/distortion") ?? "–", ""),
      SummaryCard("Rate", last(group, "eval/rate") ?? "–", ""),
    ]
    let study = names.firstIndex(of: group.name).map { studies[$0] }
    if let study { cards += Self.cards(study) }
    let steps = group.runs.map(\.steps).max() ?? 0
    let seeds = group.runs.map { "\($0.configuration.seed)" }.joined(separator: ", ")
    let isOne = group.runs.count == 1
    cards += [
      SummaryCard(
        "Updates", Numbers.short(Double(steps)),
        "of \(Numbers.short(Double(group.configuration.plannedSteps)))"),
      SummaryCard(
        isOne ? "Seed" : "Seeds", isOne ? seeds : "\(group.runs.count)", isOne ? "" : seeds),
    ]
    return cards.map(\.html)
  }

  private static func cards(_ study: FrameStudy) -> [SummaryCard] {
    let (model, bound) = (study.trained.model, study.report.bound)
    var cards = [
      SummaryCard(
        "Bound, held out", String(format: "%.2f", bound.elbo), "\(bound.count) frames")
    ]
    if let bits = study.report.bitsPerDimension(of: study.trained) {
      cards.append(
        SummaryCard("Bits per dimension", String(format: "%.3f", bits), "at most, held out"))
    }
    let count = model.parameters.entries.reduce(0) { $0 + $1.shape.reduce(1, *) }
    return cards + [SummaryCard("Parameters", Numbers.short(Double(count)), "")]
  }

  /// The mean over seeds of what was logged last; nil where nothing was.
  private func last(_ group: RunGroup, _ name: String) -> String? {
    let values = group.runs.compactMap { $0.metrics[name]?.last?.value }
    guard !values.isEmpty else { return nil }
    let mean = String(format: "%.2f", Aggregation.mean(values))
    return values.count > 1
      ? "\(mean) ± \(String(format: "%.2g", Aggregation.deviation(values)))" : mean
  }
}
