import Autodiff
import Kernels
import Randomness

/// Normal distributions with bounded parameters: a policy over continuous actions.
///
/// `mean = tanh(m)`, `deviation = (max - min) σ(s + 2) + min` (ALGORITHM section 7).
public struct BoundedNormalDistribution: ClosedEntropy, ClosedDivergence {
  let m: Tensor
  let s: Tensor
  /// `[rows, columns]`, as the deviation.
  public let mean: Region
  public let deviation: Region
  let bounds: BoundedNormal

  public var parameters: [Tensor] { [m, s] }
  public var rows: Int { m.rows }
  public var columns: Int { m.columns }

  /// - Parameters:
  ///   - m: `[rows, columns]`, the mean before its tanh.
  ///   - s: `[rows, columns]`, the standard deviation before its sigmoid.
  public init(_ m: Tensor, _ s: Tensor, bounds: BoundedNormal, _ tape: Tape) {
    (self.m, self.s, self.bounds) = (m, s, bounds)
    mean = tape.arena.allocate(m.values.count)
    deviation = tape.arena.allocate(m.values.count)
    bounds.parameters(m.values, s.values, mean: mean, deviation: deviation)
  }

  /// `z = mean + deviation · noise`, through which the gradient goes back; neither squashed nor clipped.
  public func sample(_ draw: Draw, into value: Tensor, _ tape: Tape) {
    let mark = tape.arena.mark
    let noise = tape.noise(draw, rows: rows, columns: columns)
    DiagonalNormal.sample(mean: mean, deviation: deviation, noise: noise, into: value.values)
    if value.isTracked {
      tape.record(BoundedNormalDrawOperation(distribution: self, noise: noise, value: value))
    } else {
      tape.arena.rewind(to: mark)
    }
  }

  public func logProbability(of value: Tensor, _ tape: Tape) -> Tensor {
    terms(at: value.values, tape).logProbability
  }

  public func entropy(_ tape: Tape) -> Tensor { terms(at: mean, tape).entropy }

  /// Log-density of actions `[rows, columns]`, which are constants, and entropy, with one way back for
  /// both.
  public func terms(at action: Region, _ tape: Tape) -> PolicyTerms {
    let terms = PolicyTerms(rows: rows, tape)
    DiagonalNormal.logDensity(
      mean: mean, deviation: deviation, value: action, into: terms.logProbability.values,
      entropy: terms.entropy.values)
    tape.record(BoundedNormalOperation(distribution: self, action: action, terms: terms))
    return terms
  }

  public func divergence(from other: BoundedNormalDistribution, _ tape: Tape) -> Divergence {
    let result = Divergence(rows: rows, tape)
    DiagonalNormal.divergence(moments, other.moments, into: result.trainingFirst.values)
    result.trainingSecond.values.copy(from: result.trainingFirst.values)
    tape.record(BoundedNormalDivergenceOperation(p: self, q: other, result: result))
    return result
  }

  var moments: DiagonalNormal.Moments { .init(mean: mean, deviation: deviation) }

  /// Adds to the gradients of `m` and `s` what `body` puts into those of the mean and the deviation.
  func pullback(_ tape: Tape, _ body: (DiagonalNormal.Moments) -> Void) {
    let mark = tape.arena.mark
    let gradients = DiagonalNormal.Moments(
      mean: tape.arena.allocateZeros(mean.count), deviation: tape.arena.allocateZeros(mean.count))
    body(gradients)
    bounds.pullback(
      mean: mean, deviation: deviation, dmean: gradients.mean, ddeviation: gradients.deviation,
      dm: m.gradient, ds: s.gradient)
    tape.arena.rewind(to: mark)
  }
}

struct BoundedNormalDrawOperation: TapeOperation {
  let distribution: BoundedNormalDistribution
  let noise: Region
  let value: Tensor

  func pullback(_ tape: Tape) {
    distribution.pullback(tape) {
      $0.mean.add(value.gradient)
      $0.deviation.add(value.gradient, times: noise)
    }
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
      dm: tape.gradientOrScratch(distribution.m), ds: tape.gradientOrScratch(distribution.s))
  }
}

struct BoundedNormalDivergenceOperation: TapeOperation {
  let p: BoundedNormalDistribution
  let q: BoundedNormalDistribution
  let result: Divergence

  func pullback(_ tape: Tape) {
    p.pullback(tape) {
      DiagonalNormal.divergencePullback(
        first: p.moments, q.moments, from: result.trainingFirst.gradient, into: $0)
    }
    q.pullback(tape) {
      DiagonalNormal.divergencePullback(
        second: q.moments, of: p.moments, from: result.trainingSecond.gradient, into: $0)
    }
  }
}
