import Kernels
import Randomness

/// What a loss needs of a policy at given actions. `[rows, 1]` each, in nats.
public struct PolicyTerms: Sendable {
  public let logProbability: Tensor
  public let entropy: Tensor
}

/// A categorical distribution over `classes` in each group of columns: a policy over actions, or a
/// decoder of discrete observations.
public struct CategoricalDistribution: Sendable {
  /// `[rows, groups · classes]`.
  public let logits: Tensor
  public let probabilities: Region
  public let classes: Int
  public let mix: Float
}

extension Tape {
  /// - Parameters:
  ///   - logits: `[rows, groups · classes]`.
  ///   - mix: share of the uniform distribution.
  public func categoricalDistribution(
    logits: Tensor, classes: Int, mix: Float = 0
  ) -> CategoricalDistribution {
    let p = arena.allocate(logits.values.count)
    Categorical.probabilities(logits.values, mix: mix, classes: classes, into: p)
    return CategoricalDistribution(logits: logits, probabilities: p, classes: classes, mix: mix)
  }

  /// A one-hot action for each row, `[rows, classes]`.
  public func sample(_ distribution: CategoricalDistribution, _ draw: Draw) -> Tensor {
    let action = tensor(
      rows: distribution.logits.rows, columns: distribution.logits.columns, tracked: false)
    sampleOneHot(
      distribution.probabilities, classes: distribution.classes, draw, into: action)
    return action
  }

  /// Log-probability of one-hot values `[rows, groups · classes]` and entropy, summed over groups.
  public func terms(_ distribution: CategoricalDistribution, at action: Region) -> PolicyTerms {
    let rows = distribution.logits.rows
    let logP = logarithm(distribution.probabilities)
    let terms = PolicyTerms(
      logProbability: tensor(rows: rows, columns: 1, tracked: true),
      entropy: tensor(rows: rows, columns: 1, tracked: true))
    Categorical.dot(action, logP, into: terms.logProbability.values)
    Categorical.entropy(
      p: distribution.probabilities, logP: logP, into: terms.entropy.values)
    record(
      CategoricalOperation(distribution: distribution, logP: logP, action: action, terms: terms))
    return terms
  }
}

struct CategoricalOperation: TapeOperation {
  let distribution: CategoricalDistribution
  let logP: Region
  let action: Region
  let terms: PolicyTerms

  func pullback(_ tape: Tape) {
    let mark = tape.arena.mark
    let dp = tape.arena.allocate(logP.count)
    Categorical.policyPullback(
      p: distribution.probabilities, logP: logP, action: action,
      logGradient: terms.logProbability.gradient, entropyGradient: terms.entropy.gradient, dp: dp)
    Categorical.pullback(
      p: distribution.probabilities, dp: dp, mix: distribution.mix, classes: distribution.classes,
      dlogits: distribution.logits.gradient)
    tape.arena.rewind(to: mark)
  }
}

/// A diagonal normal distribution with bounded parameters: a policy over continuous actions.
public struct BoundedNormalDistribution: Sendable {
  let m: Tensor
  let s: Tensor
  let mean: Region
  let deviation: Region
  let bounds: BoundedNormal
}

extension Tape {
  /// - Parameters:
  ///   - m: `[rows, A]`, the mean before its tanh.
  ///   - s: `[rows, A]`, the standard deviation before its sigmoid.
  public func boundedNormalDistribution(
    _ m: Tensor, _ s: Tensor, bounds: BoundedNormal
  ) -> BoundedNormalDistribution {
    let mean = arena.allocate(m.values.count)
    let deviation = arena.allocate(m.values.count)
    bounds.parameters(m.values, s.values, mean: mean, deviation: deviation)
    return BoundedNormalDistribution(m: m, s: s, mean: mean, deviation: deviation, bounds: bounds)
  }

  /// An action for each row, `[rows, A]`, neither squashed nor clipped.
  public func sample(_ distribution: BoundedNormalDistribution, _ draw: Draw) -> Tensor {
    let action = tensor(rows: distribution.m.rows, columns: distribution.m.columns, tracked: false)
    let mark = arena.mark
    let noise = arena.allocate(action.values.count)
    switch draw {
    case .random(let key, let numbering):
      noise.fillNormal(key: key, rows: numbering, columns: action.columns)
    case .fixed(let deviations):
      noise.fill(deviations)
    }
    BoundedNormal.sample(
      mean: distribution.mean, deviation: distribution.deviation, noise: noise,
      into: action.values)
    arena.rewind(to: mark)
    return action
  }

  /// Log-density of actions `[rows, A]` and entropy, summed over their dimensions.
  public func terms(_ distribution: BoundedNormalDistribution, at action: Region) -> PolicyTerms {
    let rows = distribution.m.rows
    let terms = PolicyTerms(
      logProbability: tensor(rows: rows, columns: 1, tracked: true),
      entropy: tensor(rows: rows, columns: 1, tracked: true))
    BoundedNormal.logDensity(
      mean: distribution.mean, deviation: distribution.deviation, action: action,
      into: terms.logProbability.values, entropy: terms.entropy.values)
    record(BoundedNormalOperation(distribution: distribution, action: action, terms: terms))
    return terms
  }
}

struct BoundedNormalOperation: TapeOperation {
  let distribution: BoundedNormalDistribution
  let action: Region
  let terms: PolicyTerms

  func pullback(_ tape: Tape) {
    distribution.bounds.pullback(
      mean: distribution.mean, deviation: distribution.deviation, action: action,
      logGradient: terms.logProbability.gradient, entropyGradient: terms.entropy.gradient,
      dm: distribution.m.gradient, ds: distribution.s.gradient)
  }
}
