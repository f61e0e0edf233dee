import Autoencoders
import Runs
import Statistics
import Telemetry

/// Notices by a run's numbers that its learning has gone wrong, and says so.
struct CollapseSigns {
  /// Before that many updates, networks are still finding their feet.
  private static let settledUpdates = 1000

  /// - Parameter tally: since the last line.
  static func warnings(_ tally: LatentTally, updates: Int) -> [RunWarning] {
    guard updates >= settledUpdates else { return [] }
    return [posteriorCollapse(tally), deadCodes(tally)].compactMap { $0 }
  }

  /// Fewer than a twentieth of the dimensions carry something.
  private static func posteriorCollapse(_ tally: LatentTally) -> RunWarning? {
    let nats = tally.meanDivergences
    let carrying = nats.count { $0 > PosteriorCollapse.divergenceThreshold }
    guard !nats.isEmpty, Double(carrying) < max(1, Double(nats.count) / 20) else { return nil }
    return RunWarning(
      name: "posterior_collapse",
      text: "the posterior has collapsed: \(carrying) of \(nats.count) dimensions carry more than "
        + "0.1 nats; lower vae.kl.weight, let it grow (vae.kl.anneal=linear), or give free nats "
        + "(vae.kl.free.nats=0.5)")
  }

  /// Most codes were not chosen, though there were choices enough.
  private static func deadCodes(_ tally: LatentTally) -> RunWarning? {
    guard let usage = tally.usage, usage.choices >= 10 * usage.counts.count,
      usage.deadShare > 0.5
    else { return nil }
    return RunWarning(
      name: "dead_codes",
      text: "\(usage.sentence); raise vae.codebook.restart, begin with vae.codebook.kmeans=10, or "
        + "take fewer vae.codebook.codes")
  }
}
