import Autodiff
import Kernels
import Randomness

/// Normal distributions with bounded parameters: a policy over continuous actions.
///
/// `mean = tanh(m)`, `deviation = (max - min) σ(s + 2) + min` (ALGORITHM section 7).
package struct BoundedNormalDistribution: ClosedEntropy, ClosedDivergence {
  let m: Tensor
  let s: Tensor
  /// `[rows, columns]`, as the deviation.
  package let mean: Region
  package let deviation: Region
  let bounds: BoundedNormal

  package var parameters: [Tensor] { [m, s] }
  package var rows: Int { m.rows }
  package var columns: Int { m.columns }

  /// - Parameters:
  ///   - m: `[rows, columns]`, the mean before its tanh.
  ///   - s: `[rows, columns]`, the standard deviation before its sigmoid.
  package init(_ m: Tensor, _ s: Tensor, bounds: BoundedNormal, _ tape: Tape) {
    (self.m, self.s, self.bounds) = (m, s, bounds)
    mean = tape.arena.allocate(m.values.count)
    deviation = tape.arena.allocate(m.values.count)
    bounds.parameters(m.values, s.values, mean: mean, deviation: deviation)
  }

  /// `z = mean + deviation · noise`, through which the gradient goes back; neither squashed nor clipped.
  package func sample(_ draw: Draw, into value: Tensor, _ tape: Tape) {
    normal(isTracked: value.isTracked, tape).sample(draw, into: value, tape)
  }

  package func logProbability(of value: Tensor, _ tape: Tape) -> Tensor {
    terms(at: value.values, tape).logProbability
  }

  package func entropy(_ tape: Tape) -> Tensor { terms(at: mean, tape).entropy }

  /// Log-density of actions `[rows, columns]`, which are constants, and entropy, with one way back for
  /// both.
  package func terms(at action: Region, _ tape: Tape) -> DistributionTerms {
    let terms = DistributionTerms(rows: rows, tape)
    DiagonalNormal.logDensity(
      mean: mean, deviation: deviation, value: action, into: terms.logProbability.values,
      entropy: terms.entropy.values)
    tape.record(BoundedNormalOperation(distribution: self, action: action, terms: terms))
    return terms
  }

  package func divergence(from other: BoundedNormalDistribution, _ tape: Tape) -> Divergence {
    normal(isTracked: true, tape).divergence(from: other.normal(isTracked: true, tape), tape)
  }

  /// The normal distribution that this is.
  ///
  /// - Parameter isTracked: whether gradients at its moments go back to `m` and `s`.
  private func normal(isTracked: Bool, _ tape: Tape) -> NormalDistribution {
    guard isTracked else {
      return NormalDistribution(
        mean: Tensor(values: mean, rows: rows, columns: columns),
        deviation: Tensor(values: deviation, rows: rows, columns: columns))
    }
    let normal = NormalDistribution(
      mean: tape.tensor(rows: rows, columns: columns, tracked: true),
      deviation: tape.tensor(rows: rows, columns: columns, tracked: true))
    normal.mean.values.copy(from: mean)
    normal.deviation.values.copy(from: deviation)
    tape.record(BoundedMomentsOperation(distribution: self, normal: normal))
    return normal
  }
}

struct BoundedMomentsOperation: TapeOperation {
  let distribution: BoundedNormalDistribution
  let normal: NormalDistribution

  func pullback(_ tape: Tape) {
    distribution.bounds.pullback(
      mean: distribution.mean, deviation: distribution.deviation, dmean: normal.mean.gradient,
      ddeviation: normal.deviation.gradient, dm: distribution.m.gradient,
      ds: distribution.s.gradient)
  }
}

struct BoundedNormalOperation: TapeOperation {
  let distribution: BoundedNormalDistribution
  let action: Region
  let terms: DistributionTerms

  func pullback(_ tape: Tape) {
    let mark = tape.arena.mark
    distribution.bounds.pullback(
      mean: distribution.mean, deviation: distribution.deviation, action: action,
      logGradient: terms.logProbability.gradient, entropyGradient: terms.entropy.gradient,
      dm: tape.gradientOrScratch(distribution.m), ds: tape.gradientOrScratch(distribution.s))
    tape.arena.rewind(to: mark)
  }
}
