import Foundation
import Pictures

/// How the evidence bound and its parts went while models of frames learned.
struct FrameLearningSection {
  let groups: [RunGroup]

  private var curves: CurveMaker { CurveMaker(groups: groups) }

  var section: PageSection {
    let bound = curves.chart(
      "Evidence bound", unit: "nats a frame, validation", [("", "eval/elbo")])
    let charts = self.charts.compactMap { $0?.figure() }
    var body =
      bound.map { $0.figure(isWide: true) }
      ?? HTML.missing("No look at the validation frames has been logged yet.")
    body += HTML.note(
      "The bound is on ln p(frame): minus distortion, minus rate. Distortion is what is left to say of a "
        + "frame when its latents are known, rate what the latents say. Dashed curves are of validation "
        + "frames, others of batches.")
    body +=
      charts.isEmpty
      ? HTML.missing("There are no losses yet: no update has been logged.")
      : "<div class=\"grid-of-charts\">\(charts.joined(separator: "\n"))</div>"
    return PageSection(id: "learning", title: "Learning", body: body + heatMaps)
  }

  private var charts: [CurveChart?] {
    [
      curves.chart(
        "Distortion", unit: "nats a frame",
        [("training", "train/loss/distortion"), ("validation", "eval/distortion")]),
      curves.chart(
        "Rate", unit: "nats a frame",
        [("training", "train/loss/rate"), ("validation", "eval/rate")]),
      curves.chart("β", unit: "weight of the rate", [("", "train/kl_weight")]),
      curves.chart(
        "Dimensions that carry something", unit: "above 0.1 nats", [("", "train/kl_dims/over_0.1")]),
      curves.chart("Codes that are used", unit: "since the last line", [("", "train/codes/used")]),
      curves.chart(
        "Perplexity of codes", unit: "as if so many were used equally often",
        [("", "train/codes/perplexity")]),
    ] + others
  }

  /// Losses that some objective or family has beside these.
  private var others: [CurveChart?] {
    curves.metricNames.filter {
      $0.hasPrefix("train/loss/") && !["train/loss/distortion", "train/loss/rate"].contains($0)
    }.map { curves.chart("Loss “\($0.dropFirst("train/loss/".count))”", unit: "", [("", $0)]) }
  }

  // MARK: nats of each dimension

  /// Empty where no run has such numbers.
  private var heatMaps: String {
    let maps = groups.compactMap { group -> String? in
      // Dimensions of several seeds have nothing in common.
      group.runs.lazy.compactMap { NatsMap($0)?.figure }.first.map { figure in
        (groups.count > 1 ? "<h3>\(HTML.escaped(group.name))</h3>" : "") + figure
      }
    }
    return maps.joined()
  }
}

/// Nats of each dimension over the updates, as a picture: a row for each dimension.
struct NatsMap {
  private let run: RunRecord
  /// A row for each dimension, a number for each stretch.
  private let rows: [[Double]]
  private let most: Double

  private static let prefix = "train/kl_dims/"
  private static let stretchCount = 60.0
  /// Of the picture on a large screen, and of a row.
  private static let (width, rowHeight) = (600, 8)

  /// Nil where the run has no such numbers.
  init?(_ run: RunRecord) {
    let numbered = run.metrics.compactMap { name, samples -> (Int, [RunRecord.Sample])? in
      guard name.hasPrefix(Self.prefix) else { return nil }
      return Int(name.dropFirst(Self.prefix.count)).map { ($0, samples) }
    }.sorted { $0.0 < $1.0 }
    guard let last = numbered.compactMap({ $0.1.last?.step }).max() else { return nil }
    let width = max(Double(last) / Self.stretchCount, 1)
    let rows = numbered.map { Aggregation.stretches($0.1, width: width).map(\.mean) }
    // What somebody wrote by hand may leave gaps.
    guard let count = rows.map(\.count).min(), count > 0 else { return nil }
    self.run = run
    self.rows = rows.map { Array($0.suffix(count)) }
    most = max(self.rows.flatMap { $0 }.max() ?? 0, 1e-9)
  }

  var figure: String? {
    let picture = Picture(
      height: rows.count, width: rows[0].count, channels: 3,
      pixels: rows.flatMap { $0.flatMap { Self.color($0 / most) } })
    guard let data = try? picture.png() else { return nil }
    let words =
      "over the updates of \(run.name): a row for each of \(rows.count), from 0 "
      + "(dark) to \(Numbers.short(most)) (bright)"
    return "<figure class=\"film\"><figcaption>Nats of each dimension "
      + "<span class=\"unit\">\(HTML.escaped(words))</span></figcaption>"
      + HTML.image(
        data, type: "image/png", alternative: "Nats of each dimension \(words)", width: Self.width,
        height: rows.count * Self.rowHeight) + "</figure>"
  }

  /// From dark violet through green to yellow.
  private static func color(_ share: Double) -> [UInt8] {
    let stops: [[Double]] = [[40, 20, 80], [30, 140, 140], [250, 230, 60]]
    let place = min(max(share, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    return zip(stops[index], stops[index + 1]).map { low, high in
      UInt8(low + (place - Double(index)) * (high - low))
    }
  }
}
