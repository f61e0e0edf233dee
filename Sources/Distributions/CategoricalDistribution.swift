import Autodiff
import Kernels
import Randomness

/// Categorical distributions over `classes` in each group of columns, some of them a row: latents,
/// discrete actions, discrete observations. Values are one-hot in each group.
///
/// `p = (1 - mix) softmax(logits) + mix / classes` (ALGORITHM section 4).
package struct CategoricalDistribution: ClosedEntropy, ClosedDivergence {
  /// `[rows, groups · classes]`, before the uniform share is mixed in.
  package let logits: Tensor
  /// Probabilities with the uniform share.
  package let probabilities: Region
  package let classes: Int
  /// Share of the uniform distribution.
  package let mix: Float

  package var parameters: [Tensor] { [logits] }
  package var rows: Int { logits.rows }
  package var columns: Int { logits.columns }

  package init(logits: Tensor, classes: Int, mix: Float = 0, _ tape: Tape) {
    let p = tape.arena.allocate(logits.values.count)
    Categorical.probabilities(logits.values, mix: mix, classes: classes, into: p)
    self.init(logits: logits, probabilities: p, classes: classes, mix: mix)
  }

  /// The distribution with these logits, whose probabilities are known.
  package init(logits: Tensor, probabilities: Region, classes: Int, mix: Float) {
    (self.logits, self.probabilities) = (logits, probabilities)
    (self.classes, self.mix) = (classes, mix)
  }

  /// One-hot draws `z`, whose gradient goes straight through to the probabilities:
  /// `z = onehot + p - sg(p)` (Bengio et al. 2013, arXiv:1308.3432; ALGORITHM section 4).
  package func sample(_ draw: Draw, into value: Tensor, _ tape: Tape) {
    let mark = tape.arena.mark
    let uniforms = tape.uniforms(draw, rows: rows, columns: columns / classes)
    Categorical.sample(probabilities, uniforms: uniforms, classes: classes, into: value.values)
    tape.arena.rewind(to: mark)
    if value.isTracked { tape.record(StraightThroughOperation(distribution: self, z: value)) }
  }

  package func logProbability(of value: Tensor, _ tape: Tape) -> Tensor {
    terms(at: value.values, tape).logProbability
  }

  package func entropy(_ tape: Tape) -> Tensor { terms(at: probabilities, tape).entropy }

  /// Log-probability of one-hot values `[rows, groups · classes]` and entropy, with one way back for
  /// both.
  package func terms(at value: Region, _ tape: Tape) -> DistributionTerms {
    let logP = tape.logarithm(probabilities)
    let terms = DistributionTerms(rows: rows, tape)
    Categorical.dot(value, logP, into: terms.logProbability.values)
    Categorical.entropy(p: probabilities, logP: logP, into: terms.entropy.values)
    tape.record(
      CategoricalOperation(distribution: self, logP: logP, value: value, terms: terms))
    return terms
  }

  /// - Returns: the gradient at `trainingFirst` goes to these logits, that at `trainingSecond` to the
  ///   other's (ALGORITHM section 5, KL balancing).
  package func divergence(from other: CategoricalDistribution, _ tape: Tape) -> Divergence {
    let (logP, logQ) = (tape.logarithm(probabilities), tape.logarithm(other.probabilities))
    let result = Divergence(
      trainingFirst: tape.column(rows: rows), trainingSecond: tape.column(rows: rows))
    Categorical.divergence(
      p: probabilities, logP: logP, logQ: logQ, into: result.trainingSecond.values)
    result.trainingFirst.values.copy(from: result.trainingSecond.values)
    tape.record(
      CategoricalDivergenceOperation(p: self, q: other, logP: logP, logQ: logQ, result: result))
    return result
  }
}

extension CategoricalDistribution: SeparableDistribution {
  package var parts: Int { columns / classes }

  package var separated: CategoricalDistribution {
    CategoricalDistribution(
      logits: logits.reshaped(rows: rows * parts, columns: classes),
      probabilities: probabilities, classes: classes, mix: mix)
  }
}

/// What a loss needs of a distribution at given values. `[rows, 1]` each, in nats.
package struct DistributionTerms: Sendable {
  package let logProbability: Tensor
  package let entropy: Tensor

  init(rows: Int, _ tape: Tape) {
    (logProbability, entropy) = (tape.column(rows: rows), tape.column(rows: rows))
  }
}

extension Tape {
  /// `ln x`.
  func logarithm(_ x: Region) -> Region {
    let y = arena.allocate(x.count)
    Categorical.logarithm(x, into: y)
    return y
  }
}

struct StraightThroughOperation: TapeOperation {
  let distribution: CategoricalDistribution
  let z: Tensor

  func pullback(_ tape: Tape) { distribution.pullback(z.gradient) }
}

struct CategoricalOperation: TapeOperation {
  let distribution: CategoricalDistribution
  let logP: Region
  let value: Region
  let terms: DistributionTerms

  func pullback(_ tape: Tape) {
    let mark = tape.arena.mark
    let dp = tape.arena.allocate(logP.count)
    Categorical.policyPullback(
      p: distribution.probabilities, logP: logP, action: value,
      logGradient: terms.logProbability.gradient, entropyGradient: terms.entropy.gradient, dp: dp)
    distribution.pullback(dp)
    tape.arena.rewind(to: mark)
  }
}

struct CategoricalDivergenceOperation: TapeOperation {
  let p: CategoricalDistribution
  let q: CategoricalDistribution
  let logP: Region
  let logQ: Region
  let result: Divergence

  func pullback(_ tape: Tape) {
    let mark = tape.arena.mark
    let gradient = tape.arena.allocate(logP.count)
    Categorical.divergencePriorPullback(
      p: p.probabilities, q: q.probabilities, from: result.trainingSecond.gradient, dq: gradient)
    q.pullback(gradient)
    Categorical.divergencePosteriorPullback(
      logP: logP, logQ: logQ, from: result.trainingFirst.gradient, dp: gradient)
    p.pullback(gradient)
    tape.arena.rewind(to: mark)
  }
}

extension CategoricalDistribution {
  /// Adds to the logits' gradient what one at the probabilities is there.
  fileprivate func pullback(_ dp: Region) {
    guard logits.isTracked else { return }
    Categorical.pullback(
      p: probabilities, dp: dp, mix: mix, classes: classes, dlogits: logits.gradient)
  }
}
