import Autodiff
import Kernels
import Randomness

/// Normal distributions with a full covariance `L Lᵀ`, by its Cholesky factor `L`: latents that may
/// depend on each other (Kingma and Welling 2019, arXiv:1906.02691, section 2.5.1).
package struct FullNormalDistribution: ClosedEntropy, RowwiseDivergence {
  /// `[rows, D]`.
  package let mean: Tensor
  /// `[rows, D (D - 1) / 2]`: L's strict lower triangle, row by row: `(1,0), (2,0), (2,1), …`.
  package let lower: Tensor
  /// `[rows, D]`: L's diagonal, positive: see ``Autodiff/Tape/deviation(of:_:)``.
  package let diagonal: Tensor

  package var parameters: [Tensor] { [mean, lower, diagonal] }
  package var rows: Int { mean.rows }
  package var columns: Int { mean.columns }

  package init(mean: Tensor, lower: Tensor, diagonal: Tensor) {
    let size = mean.columns
    precondition(
      lower.columns == size * (size - 1) / 2 && diagonal.columns == size
        && lower.rows == mean.rows && diagonal.rows == mean.rows,
      "\(mean.rows)×\(size) means, \(lower.rows)×\(lower.columns) below and "
        + "\(diagonal.rows)×\(diagonal.columns) on the diagonal")
    (self.mean, self.lower, self.diagonal) = (mean, lower, diagonal)
  }

  /// `z = mean + L noise`, through which the gradient goes back.
  package func sample(_ draw: Draw, into value: Tensor, _ tape: Tape) {
    tape.drawNormal(draw, rows: rows, columns: columns, into: value) {
      sample(noise: $0, into: value, tape)
    }
  }

  /// The same with noise of the caller's, `[rows, D]`.
  package func sample(noise: Region, into value: Tensor, _ tape: Tape) {
    FullNormal.sample(values, noise: noise, into: value.values)
    guard value.isTracked else { return }
    tape.record(FullNormalDrawOperation(distribution: self, noise: noise, value: value))
  }

  package func logProbability(of value: Tensor, _ tape: Tape) -> Tensor {
    let result = tape.column(rows: rows)
    withScratch(tape) {
      FullNormal.logDensity(values, value: value.values, into: result.values, scratch: $0)
    }
    tape.record(FullNormalDensityOperation(distribution: self, value: value, result: result))
    return result
  }

  package func entropy(_ tape: Tape) -> Tensor {
    let result = tape.column(rows: rows)
    FullNormal.entropy(values, into: result.values)
    tape.record(FullNormalEntropyOperation(distribution: self, result: result))
    return result
  }

  package func divergence(from other: FullNormalDistribution, _ tape: Tape) -> Divergence {
    tape.divergence(self, from: other)
  }

  func divergence(from other: FullNormalDistribution, into kl: Region, _ tape: Tape) {
    withScratch(tape) {
      FullNormal.divergence(values, other.values, into: kl, scratch: $0)
    }
  }

  func pullBackAsFirst(_ other: FullNormalDistribution, from g: Region, _ tape: Tape) {
    pullback(tape) { gradient, scratch in
      FullNormal.divergencePullback(
        first: values, other.values, from: g, into: gradient, scratch: scratch)
    }
  }

  func pullBackAsSecond(of other: FullNormalDistribution, from g: Region, _ tape: Tape) {
    pullback(tape) { gradient, scratch in
      FullNormal.divergencePullback(
        second: values, of: other.values, from: g, into: gradient, scratch: scratch)
    }
  }

  var values: FullNormal.Parameters {
    .init(mean: mean.values, lower: lower.values, diagonal: diagonal.values, size: columns)
  }

  /// Hands the gradients to `body`, in the place of those that nobody wants memory that is forgotten,
  /// and what kernels work in.
  func pullback(
    _ tape: Tape, _ body: (_ gradient: FullNormal.Parameters, _ scratch: Region) -> Void
  ) {
    withScratch(tape) { scratch in
      body(
        .init(
          mean: tape.gradientOrScratch(mean), lower: tape.gradientOrScratch(lower),
          diagonal: tape.gradientOrScratch(diagonal), size: columns), scratch)
    }
  }

  private func withScratch(_ tape: Tape, _ body: (_ scratch: Region) -> Void) {
    let mark = tape.arena.mark
    body(tape.arena.allocate(FullNormal.scratch(size: columns)))
    tape.arena.rewind(to: mark)
  }
}

struct FullNormalDrawOperation: TapeOperation {
  let distribution: FullNormalDistribution
  let noise: Region
  let value: Tensor

  func pullback(_ tape: Tape) {
    distribution.pullback(tape) { gradient, _ in
      FullNormal.samplePullback(gradient, noise: noise, from: value.gradient)
    }
  }
}

struct FullNormalDensityOperation: TapeOperation {
  let distribution: FullNormalDistribution
  let value: Tensor
  let result: Tensor

  func pullback(_ tape: Tape) {
    distribution.pullback(tape) { gradient, scratch in
      FullNormal.logDensityPullback(
        distribution.values, value: value.values, from: result.gradient, into: gradient,
        dvalue: value.gradient, scratch: scratch)
    }
  }
}

struct FullNormalEntropyOperation: TapeOperation {
  let distribution: FullNormalDistribution
  let result: Tensor

  func pullback(_ tape: Tape) {
    distribution.pullback(tape) { gradient, _ in
      FullNormal.entropyPullback(
        distribution.values, from: result.gradient, ddiagonal: gradient.diagonal)
    }
  }
}
