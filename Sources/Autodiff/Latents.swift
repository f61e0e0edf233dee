import Kernels
import Randomness

/// Categorical latents as a tape holds them: `[rows, S · C]`, S distributions over C classes a row.
public struct LatentDistribution: Sendable {
  /// Raw logits, before the uniform share is mixed in.
  public let logits: Tensor
  /// Probabilities with the uniform share.
  public let probabilities: Region
  public let classes: Int
  /// Share of the uniform distribution.
  public let unimix: Float
}

extension Tape {
  /// The distribution of raw logits, `[rows, S · C]`.
  public func latentDistribution(
    logits: Tensor, classes: Int, unimix: Float
  ) -> LatentDistribution {
    let p = arena.allocate(logits.values.count)
    Categorical.probabilities(logits.values, mix: unimix, classes: classes, into: p)
    return LatentDistribution(
      logits: logits, probabilities: p, classes: classes, unimix: unimix)
  }

  /// One-hot draws `z`, whose gradient goes straight through to the probabilities:
  /// `z = onehot + p - sg(p)` (Bengio et al. 2013, arXiv:1308.3432; ALGORITHM section 4).
  ///
  /// - Parameter z: `[rows, S · C]`, where the draws go.
  public func sample(_ distribution: LatentDistribution, _ draw: Draw, into z: Tensor) {
    sampleOneHot(
      distribution.probabilities, classes: distribution.classes, draw, into: z)
    record(LatentOperation(distribution: distribution, z: z))
  }

  /// `KL(posterior ‖ prior)` of each row, summed over its latents, in nats, with the two gradients of
  /// KL balancing kept apart (ALGORITHM section 5).
  ///
  /// - Returns: `dynamics` and `representation`, `[rows, 1]` each. They hold the same values; the
  ///   first's gradient goes to the prior alone, the second's to the posterior alone.
  public func divergence(
    posterior: LatentDistribution, prior: LatentDistribution
  ) -> (dynamics: Tensor, representation: Tensor) {
    let rows = posterior.logits.rows
    let (logP, logQ) = (logarithm(posterior.probabilities), logarithm(prior.probabilities))
    let dynamics = tensor(rows: rows, columns: 1, tracked: true)
    let representation = tensor(rows: rows, columns: 1, tracked: true)
    Categorical.divergence(
      p: posterior.probabilities, logP: logP, logQ: logQ, into: dynamics.values)
    representation.values.copy(from: dynamics.values)
    record(
      DivergenceOperation(
        posterior: posterior, prior: prior, logP: logP, logQ: logQ, dynamics: dynamics,
        representation: representation))
    return (dynamics, representation)
  }

  /// The entropy of each row, summed over its latents, in nats: `[rows]`.
  public func entropy(of distribution: LatentDistribution) -> Region {
    let entropy = arena.allocate(distribution.logits.rows)
    Categorical.entropy(
      p: distribution.probabilities, logP: logarithm(distribution.probabilities), into: entropy)
    return entropy
  }

  /// One-hot draws from `[rows, groups · classes]` probabilities.
  func sampleOneHot(_ probabilities: Region, classes: Int, _ draw: Draw, into z: Tensor) {
    let mark = arena.mark
    var uniforms = Region.empty
    if case .random(let key, let numbering) = draw {
      let groups = z.columns / classes
      uniforms = arena.allocate(z.rows * groups)
      uniforms.fillUniform(key: key, rows: numbering, columns: groups)
    }
    Categorical.sample(probabilities, uniforms: uniforms, classes: classes, into: z.values)
    arena.rewind(to: mark)
  }

  func logarithm(_ x: Region) -> Region {
    let y = arena.allocate(x.count)
    Categorical.logarithm(x, into: y)
    return y
  }
}

struct LatentOperation: TapeOperation {
  let distribution: LatentDistribution
  let z: Tensor

  func pullback(_ tape: Tape) {
    Categorical.pullback(
      p: distribution.probabilities, dp: z.gradient, mix: distribution.unimix,
      classes: distribution.classes, dlogits: distribution.logits.gradient)
  }
}

struct DivergenceOperation: TapeOperation {
  let posterior: LatentDistribution
  let prior: LatentDistribution
  let logP: Region
  let logQ: Region
  let dynamics: Tensor
  let representation: Tensor

  func pullback(_ tape: Tape) {
    let mark = tape.arena.mark
    let dp = tape.arena.allocate(logP.count)
    Categorical.divergencePriorPullback(
      p: posterior.probabilities, q: prior.probabilities, from: dynamics.gradient, dq: dp)
    Categorical.pullback(
      p: prior.probabilities, dp: dp, mix: prior.unimix, classes: prior.classes,
      dlogits: prior.logits.gradient)
    Categorical.divergencePosteriorPullback(
      logP: logP, logQ: logQ, from: representation.gradient, dp: dp)
    Categorical.pullback(
      p: posterior.probabilities, dp: dp, mix: posterior.unimix, classes: posterior.classes,
      dlogits: posterior.logits.gradient)
    tape.arena.rewind(to: mark)
  }
}
