import LatentModels
import Learning

/// The terms of an agent's loss, under the reference's names.
struct AgentLosses {
  let reward: LossTerm
  let continuation: LossTerm
  let dynamics: LossTerm
  let representation: LossTerm
  let codebook: LossTerm
  let policy: LossTerm
  let value: LossTerm
  let replayedValue: LossTerm
  private let reconstructionWeight: Float
  private let names: Set<String>

  /// - Parameter annealing: what the posterior's divergence counts of what it is meant to.
  init(_ scales: LossScales, _ balancing: KLBalancing, annealing: Float) {
    let kl = balancing.scales(
      dynamics: Float(scales.dyn), representation: Float(scales.rep))
    reward = LossTerm("rew", weight: Float(scales.rew), kind: .model)
    continuation = LossTerm("con", weight: Float(scales.con), kind: .model)
    dynamics = LossTerm("dyn", weight: kl.dynamics, kind: .model)
    representation = LossTerm("rep", weight: annealing * kl.representation, kind: .model)
    codebook = LossTerm("codebook", weight: kl.dynamics, kind: .model)
    policy = LossTerm("policy", weight: Float(scales.policy), kind: .behavior)
    value = LossTerm("value", weight: Float(scales.value), kind: .behavior)
    replayedValue = LossTerm("repval", weight: Float(scales.repval), kind: .behavior)
    reconstructionWeight = Float(scales.rec)
    names = Set(
      [
        reward, continuation, dynamics, representation, codebook, policy, value, replayedValue,
      ].map(\.name))
  }

  /// The term of an observation. One that is called as another term is takes `rec/` before its name; the
  /// reference lets it take the other's place.
  func reconstruction(of observation: String) -> LossTerm {
    LossTerm(
      names.contains(observation) ? "rec/\(observation)" : observation,
      weight: reconstructionWeight, kind: .model)
  }
}

extension LossTerm.Kind {
  /// Of the world model: what prioritised replay goes by.
  static let model = Self("model")
  /// Of actor and critic.
  static let behavior = Self("behavior")
}
