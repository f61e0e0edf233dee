import Agents
import EnvironmentInterface
import Foundation
import LatentModels
import Runs
import Telemetry

/// Looks for signs in a run's averages that its learning has collapsed, and puts them into words.
package struct CollapseWatch {
  /// Before that many updates, networks are still finding their feet.
  static let settledUpdates = 1000
  /// Before that many, a policy may be as random as it was at first.
  static let decidedUpdates = 5000

  private let latent: any LatentFamily
  private let entropyRange: ClosedRange<Double>

  package init(
    _ policy: PolicyConfiguration, latent: any LatentFamily, actionSpace: ActionSpace
  ) {
    self.latent = latent
    entropyRange = Self.entropyRange(policy, actionSpace)
  }

  /// The smallest and largest entropy of a policy, in nats: those of a class or of a uniform draw, and
  /// those of normal distributions with the smallest and largest deviation.
  static func entropyRange(
    _ policy: PolicyConfiguration, _ actionSpace: ActionSpace
  ) -> ClosedRange<Double> {
    guard case .continuous(let low, _) = actionSpace else {
      return 0...log(Double(actionSpace.width))
    }
    func entropy(_ deviation: Double) -> Double {
      Double(low.count) * 0.5 * log(2 * .pi * M_E * deviation * deviation)
    }
    return entropy(policy.minstd)...max(entropy(policy.minstd), entropy(policy.maxstd))
  }

  /// - Parameter values: averages under the names of `metrics.jsonl`.
  package func warnings(_ values: [String: Double], updates: Int) -> [RunWarning] {
    guard updates >= Self.settledUpdates else { return [] }
    let policy = updates >= Self.decidedUpdates ? [deafPolicy(values)] : []
    return
      ([
        posteriorCollapse(values), deadCodes(values), stuckDivergence(values), blindReward(values),
        decidedPolicy(values),
      ] + policy).compactMap { $0 }
  }

  private func posteriorCollapse(_ values: [String: Double]) -> RunWarning? {
    let count = latent.count
    guard let active = values["report/latents/active"], active < Double(count) / 20 else {
      return nil
    }
    return RunWarning(
      name: "posterior_collapse",
      text:
        "the posterior has collapsed: \(Self.number(active)) of \(count) latents depend on what "
        + "is seen; \(remedyOfPosterior), and see whether the observations change at all")
  }

  private var remedyOfPosterior: String {
    latent.hasDivergence
      ? "raise agent.dyn.rssm.free_nats or lower agent.loss_scales.rep"
      : "raise agent.loss_scales.rec"
  }

  private var remedyOfCodes: String {
    latent.hasDivergence
      ? "raise agent.dyn.rssm.unimix or agent.dyn.rssm.free_nats"
      : "take fewer (agent.dyn.rssm.codes, agent.dyn.rssm.levels), or raise agent.loss_scales.rec"
  }

  /// Where every latent means one code alone, all others are dead.
  private func deadCodes(_ values: [String: Double]) -> RunWarning? {
    guard let codes = latent.codes.map(Double.init), codes > 1,
      let share = values["report/latents/dead_share"],
      let perplexity = values["report/latents/perplexity"],
      share > 0.95 * (codes - 1) / codes
    else { return nil }
    return RunWarning(
      name: "dead_codes",
      text: "the latents' codes are dead: \(Self.percent(share)) of the classes are hardly ever "
        + "meant, the perplexity is \(Self.number(perplexity)) of \(Self.number(codes)); "
        + remedyOfCodes)
  }

  /// A divergence below the free nats is no fault by itself: in simple worlds there is no more to
  /// say. It is one where the prior predicts badly and yet is not trained.
  private func stuckDivergence(_ values: [String: Double]) -> RunWarning? {
    guard let share = values["train/kl_free"], share > 0.99 else { return nil }
    let parts = values.keys.filter { $0.hasPrefix("report/recon/") && $0.hasSuffix("/prior") }
    for prior in parts.sorted() {
      let posterior = prior.dropLast("prior".count) + "posterior"
      guard let seen = values[String(posterior)], let guessed = values[prior], guessed > 2 * seen
      else { continue }
      let name = prior.split(separator: "/").dropFirst(2).dropLast().joined(separator: "/")
      return RunWarning(
        name: "stuck_divergence",
        text: "the divergence is stuck at the free nats in \(Self.percent(share)) of the rows, so "
          + "the prior does not learn, though what it predicts of \(name) is "
          + "\(Self.number(guessed / max(seen, 1e-9))) times as wrong as what the posterior says; "
          + "lower agent.dyn.rssm.free_nats")
    }
    return nil
  }

  private func blindReward(_ values: [String: Double]) -> RunWarning? {
    guard let recall = values["train/rew_recall"], recall < 0.01 else { return nil }
    return RunWarning(
      name: "blind_reward",
      text:
        "the reward head predicts \(Self.percent(recall)) of the rewarded steps, so imagination "
        + "has no rewards; raise agent.loss_scales.rew or run.train_ratio, and see whether rewards "
        + "are very small (env.wrap.reward_scale) or depend on what is not observed")
  }

  /// 0 for a policy that has no choice left, 1 for one that is as random as it can be.
  private func randomness(_ values: [String: Double]) -> Double? {
    let width = entropyRange.upperBound - entropyRange.lowerBound
    guard let entropy = values["train/ent/action"], width > 0 else { return nil }
    return (entropy - entropyRange.lowerBound) / width
  }

  private func decidedPolicy(_ values: [String: Double]) -> RunWarning? {
    guard let randomness = randomness(values), randomness < 0.002 else { return nil }
    return RunWarning(
      name: "policy_entropy_lost",
      text: "the policy's entropy is at its smallest, \(Self.percent(randomness)) of its range, so "
        + "it explores no more; unless the returns are what you want, raise agent.imag_loss.actent "
        + "or agent.policy.mix")
  }

  private func deafPolicy(_ values: [String: Double]) -> RunWarning? {
    guard let randomness = randomness(values), randomness > 0.995 else { return nil }
    return RunWarning(
      name: "policy_entropy_high",
      text: "after \(Self.decidedUpdates) updates the policy's entropy is at its largest, "
        + "\(Self.percent(randomness)) of its range: it has found nothing to prefer; see whether "
        + "any episode was rewarded, or lower agent.imag_loss.actent")
  }

  private static func percent(_ share: Double) -> String { "\(number(100 * share)) %" }

  private static func number(_ value: Double) -> String {
    let text = value.fixed(1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
