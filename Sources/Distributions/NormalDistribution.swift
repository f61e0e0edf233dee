import Autodiff
import Kernels
import Randomness

/// Normal distributions with a mean and a standard deviation for each number of a row.
package struct NormalDistribution: ClosedEntropy, RowwiseDivergence {
  /// `[rows, columns]`.
  package let mean: Tensor
  /// `[rows, columns]`, positive: see ``Autodiff/Tape/deviation(of:_:)``.
  package let deviation: Tensor

  package var parameters: [Tensor] { [mean, deviation] }
  package var rows: Int { mean.rows }
  package var columns: Int { mean.columns }

  package init(mean: Tensor, deviation: Tensor) {
    precondition(
      mean.rows == deviation.rows && mean.columns == deviation.columns,
      "\(mean.rows)×\(mean.columns) means, \(deviation.rows)×\(deviation.columns) deviations")
    (self.mean, self.deviation) = (mean, deviation)
  }

  /// `z = mean + deviation · noise`, through which the gradient goes back (Kingma and Welling 2014,
  /// arXiv:1312.6114, section 2.4).
  package func sample(_ draw: Draw, into value: Tensor, _ tape: Tape) {
    tape.drawNormal(draw, rows: rows, columns: columns, into: value) {
      sample(noise: $0, into: value, tape)
    }
  }

  /// The same with noise of the caller's, `[rows, columns]`.
  package func sample(noise: Region, into value: Tensor, _ tape: Tape) {
    DiagonalNormal.sample(
      mean: mean.values, deviation: deviation.values, noise: noise, into: value.values)
    guard value.isTracked else { return }
    tape.record(NormalDrawOperation(distribution: self, noise: noise, value: value))
  }

  package func logProbability(of value: Tensor, _ tape: Tape) -> Tensor {
    terms(at: value, tape).logProbability
  }

  /// `Σ ln s + ½ ln 2πe`.
  package func entropy(_ tape: Tape) -> Tensor { terms(at: mean.stopped, tape).entropy }

  private func terms(at value: Tensor, _ tape: Tape) -> DistributionTerms {
    let terms = DistributionTerms(rows: rows, tape)
    DiagonalNormal.logDensity(
      mean: mean.values, deviation: deviation.values, value: value.values,
      into: terms.logProbability.values, entropy: terms.entropy.values)
    tape.record(NormalOperation(distribution: self, value: value, terms: terms))
    return terms
  }

  package func divergence(from other: NormalDistribution, _ tape: Tape) -> Divergence {
    tape.divergence(self, from: other)
  }

  func divergence(from other: NormalDistribution, into kl: Region, _ tape: Tape) {
    DiagonalNormal.divergence(moments, other.moments, into: kl)
  }

  func pullBackAsFirst(_ other: NormalDistribution, from g: Region, _ tape: Tape) {
    DiagonalNormal.divergencePullback(first: moments, other.moments, from: g, into: gradients)
  }

  func pullBackAsSecond(of other: NormalDistribution, from g: Region, _ tape: Tape) {
    DiagonalNormal.divergencePullback(second: moments, of: other.moments, from: g, into: gradients)
  }

  private var moments: DiagonalNormal.Moments {
    .init(mean: mean.values, deviation: deviation.values)
  }
  private var gradients: DiagonalNormal.Moments {
    .init(mean: mean.gradient, deviation: deviation.gradient)
  }
}

extension Tape {
  /// The standard deviations that a network's numbers stand for, element by element.
  package func deviation(of x: Tensor, _ map: DeviationMap) -> Tensor {
    let y = tensor(rows: x.rows, columns: x.columns, tracked: x.isTracked)
    map.forward(x.values, into: y.values)
    if y.isTracked { record(DeviationOperation(map: map, x: x, y: y)) }
    return y
  }
}

struct DeviationOperation: TapeOperation {
  let map: DeviationMap
  let x: Tensor
  let y: Tensor

  func pullback(_ tape: Tape) {
    map.pullback(x.values, y.values, from: y.gradient, dx: x.gradient)
  }
}

struct NormalDrawOperation: TapeOperation {
  let distribution: NormalDistribution
  let noise: Region
  let value: Tensor

  func pullback(_ tape: Tape) {
    let (mean, deviation) = (distribution.mean, distribution.deviation)
    if mean.isTracked { mean.gradient.add(value.gradient) }
    if deviation.isTracked { deviation.gradient.add(value.gradient, times: noise) }
  }
}

struct NormalOperation: TapeOperation {
  let distribution: NormalDistribution
  let value: Tensor
  let terms: DistributionTerms

  func pullback(_ tape: Tape) {
    DiagonalNormal.pullback(
      mean: distribution.mean.values, deviation: distribution.deviation.values,
      value: value.values, logGradient: terms.logProbability.gradient,
      entropyGradient: terms.entropy.gradient, dmean: distribution.mean.gradient,
      ddeviation: distribution.deviation.gradient, dvalue: value.gradient)
  }
}
