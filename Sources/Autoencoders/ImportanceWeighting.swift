import Autodiff
import DensityKernels
import Kernels

/// The bound on log p(x) from k draws of the posterior: the importance-weighted auto-encoder's (Burda et
/// al. 2016, arXiv:1509.00519v4, equation 8).
///
/// A draw z of q(z|x) weighs `w = p(x|z) p(z) / q(z|x)`. One draw gives the evidence lower bound; more
/// give a tighter one, `ln (1/k) Σ w`, which is *not* the mean of the draws' `ln w`. Read it
/// before its tape is reset.
package struct ImportanceBound: Sendable {
  /// `[B, 1]`, in nats. A gradient there goes to the log-weights by their shares.
  package let bound: Tensor
  /// `[B · k, 1]`: `w / Σ w` of each image, constants.
  package let shares: Tensor
  let samples: Int

  /// For each image, how many draws of equal weight would be as good: `1 / Σ w̃²`, between 1 and k. Where
  /// it stays near 1, one draw decides, and the bound has not come near log p(x).
  package var effectiveSamples: [Float] {
    ImportanceWeights.effectiveSamples(shares.values, samples: samples)
  }
}

extension Tape {
  /// The importance-weighted bound of each image.
  ///
  /// - Parameters:
  ///   - logWeights: `[B · k, 1]`, `ln p(x|z) + ln p(z) - ln q(z|x)`; row `i · k + j` is image i's draw j.
  ///   - samples: k.
  ///   - first: how many of an image's draws count, the first ones; all where nil.
  package func importanceBound(
    _ logWeights: Tensor, samples: Int, first: Int? = nil
  ) -> ImportanceBound {
    precondition(
      logWeights.columns == 1 && samples > 0 && logWeights.rows % samples == 0,
      "\(logWeights.rows)×\(logWeights.columns) log-weights of \(samples) draws an image")
    let bound = tensor(
      rows: logWeights.rows / samples, columns: 1, tracked: logWeights.isTracked)
    let shares = tensor(rows: logWeights.rows, columns: 1, tracked: false)
    ImportanceWeights.bound(
      logWeights.values, samples: samples, first: first ?? samples, into: bound.values,
      shares: shares.values)
    if bound.isTracked {
      record(ImportanceBoundOperation(logWeights: logWeights, shares: shares, bound: bound))
    }
    return ImportanceBound(bound: bound, shares: shares, samples: samples)
  }

  /// Each row so many times, one after the other: `[rows · times, columns]`, as draws of one image follow
  /// each other in ``importanceBound(_:samples:first:)``.
  package func repeatRows(_ x: Tensor, times: Int) -> Tensor {
    let y = tensor(rows: x.rows * times, columns: x.columns, tracked: x.isTracked)
    Rows.copy(x.valueMatrix, times: times, into: y.valueMatrix)
    if y.isTracked { record(RepeatedRowsOperation(x: x, y: y, times: times)) }
    return y
  }
}

/// `∂bound / ∂ ln wⱼ = wⱼ / Σ w`.
struct ImportanceBoundOperation: TapeOperation {
  let logWeights: Tensor
  let shares: Tensor
  let bound: Tensor

  func pullback(_ tape: Tape) {
    Rows.scale(
      shares.values, by: bound.gradient, into: logWeights.gradient, accumulating: true)
  }
}

struct RepeatedRowsOperation: TapeOperation {
  let x: Tensor
  let y: Tensor
  let times: Int

  func pullback(_ tape: Tape) {
    Rows.addCopies(y.gradientMatrix, times: times, to: x.gradientMatrix)
  }
}
