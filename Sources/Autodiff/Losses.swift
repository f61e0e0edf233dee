import Kernels

extension Tape {
  /// The squared distance to a constant target `[rows, columns]`, summed over the columns: a column
  /// `[rows, 1]` whose gradient the caller sets to the weight of each row in the total.
  package func squaredError(_ mean: Tensor, target: Region) -> Tensor {
    let loss = tensor(rows: mean.rows, columns: 1, tracked: true)
    SquaredError.loss(mean.values, target: target, into: loss.values)
    record(SquaredErrorOperation(mean: mean, target: target, loss: loss))
    return loss
  }
}

struct SquaredErrorOperation: TapeOperation {
  let mean: Tensor
  let target: Region
  let loss: Tensor

  func pullback(_ tape: Tape) {
    SquaredError.pullback(mean.values, target: target, from: loss.gradient, dmean: mean.gradient)
  }
}
