import Autoencoders
import Runs
import Statistics

/// What use updates have made of latents since the last line of the log.
struct LatentTally: Codable, Equatable {
  /// Choices of each code; empty of latents that have none.
  private var codes: [Int]
  /// Nats of each dimension, summed over updates; empty where the divergence is a constant.
  private var divergences: [Double]
  private var updates = 0

  init(_ model: Autoencoder) {
    let (groups, dimensions) = model.divergenceGroups
    codes = Array(repeating: 0, count: model.posterior.codes ?? 0)
    divergences = Array(repeating: 0, count: groups * dimensions)
  }

  mutating func add(_ update: AutoencoderUpdate) {
    updates += 1
    for (code, count) in update.codeCounts.enumerated() { codes[code] += count }
    for (index, nats) in update.divergences.enumerated() { divergences[index] += Double(nats) }
  }

  /// Whether it can be of a model's run: a file may hold anything.
  func fits(_ model: Autoencoder) -> Bool {
    let empty = LatentTally(model)
    return codes.count == empty.codes.count && divergences.count == empty.divergences.count
      && codes.allSatisfy { $0 >= 0 } && divergences.allSatisfy(\.isFinite) && updates >= 0
  }

  /// Of how many dimensions each is a metric of its own.
  private static let listed = 64

  /// Mean nats of each dimension; empty before the first update.
  var meanDivergences: [Double] {
    updates == 0 ? [] : divergences.map { $0 / Double(updates) }
  }

  /// How often each code was chosen; nil of latents that have none.
  var usage: CodeUsage? { codes.isEmpty ? nil : CodeUsage(counts: codes) }

  /// Under the names of `metrics.jsonl`.
  var metrics: [String: MetricValue] {
    var values: [String: MetricValue] = [:]
    let nats = meanDivergences
    if !nats.isEmpty {
      let carrying = nats.count { $0 > PosteriorCollapse.divergenceThreshold }
      values["train/kl_dims/over_0.1"] = .integer(carrying)
      if nats.count <= Self.listed {
        for (index, value) in nats.enumerated() {
          values["train/kl_dims/\(index < 10 ? "0" : "")\(index)"] = .double(value)
        }
      }
    }
    if let usage, usage.choices > 0 {
      values["train/codes/used"] = .integer(usage.used)
      values["train/codes/perplexity"] = .double(usage.perplexity)
    }
    return values
  }
}
