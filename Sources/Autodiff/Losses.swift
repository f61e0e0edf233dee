import Kernels

// Distributions' losses: each gives a column `[rows, 1]` whose gradient the caller sets to the
// weight of each row in the total.

/// A two-hot distribution over fixed bins, with what its loss and its mean share.
public struct TwoHotDistribution: Sendable {
  public let logits: Tensor
  /// `[rows]`.
  let logSumExp: Region
  /// `[bins]`, ascending, symmetric about zero.
  let bins: Region
  /// `[rows]`: the mean, in the units of the bins.
  public let mean: Region
  /// `[rows]`: the root of the sum of squares of the positive bins' terms of the mean. Times what a
  /// probability is wrong by, of itself, it is what the mean is wrong by.
  public let meanTerms: Region

  /// The distributions of some rows.
  public func rows(_ range: Range<Int>) -> TwoHotDistribution {
    TwoHotDistribution(
      logits: logits.rows(range), logSumExp: logSumExp.rows(range, columns: 1), bins: bins,
      mean: mean.rows(range, columns: 1), meanTerms: meanTerms.rows(range, columns: 1))
  }
}

extension Tape {
  /// The distribution with these logits, `[rows, bins]` (ALGORITHM section 7).
  ///
  /// Its probabilities are not kept: a sweep makes them again in less time than main memory takes.
  public func twoHotDistribution(logits: Tensor, bins: Region) -> TwoHotDistribution {
    let (lse, mean) = (arena.allocate(logits.rows), arena.allocate(logits.rows))
    let terms = arena.allocate(logits.rows)
    let mark = arena.mark
    let p = arena.allocate(logits.values.count)
    TwoHot.softmax(logits.values, into: p, logSumExp: lse)
    TwoHot.mean(p: p, bins: bins, into: mean, terms: terms)
    arena.rewind(to: mark)
    return TwoHotDistribution(
      logits: logits, logSumExp: lse, bins: bins, mean: mean, meanTerms: terms)
  }

  /// The cross-entropy to constant targets `[rows]`: `[rows, 1]`, in nats.
  public func loss(_ distribution: TwoHotDistribution, target: Region) -> Tensor {
    let loss = tensor(rows: target.count, columns: 1, tracked: true)
    TwoHot.loss(
      distribution.logits.values, logSumExp: distribution.logSumExp, bins: distribution.bins,
      target: target, into: loss.values)
    record(TwoHotOperation(distribution: distribution, target: target, loss: loss))
    return loss
  }

  /// The cross-entropy of a Bernoulli logit `[rows, 1]` to constant targets in [0, 1].
  public func binaryLoss(_ logits: Tensor, target: Region) -> Tensor {
    let loss = tensor(rows: logits.rows, columns: 1, tracked: true)
    Binary.loss(logits.values, target: target, into: loss.values)
    record(BinaryOperation(logits: logits, target: target, loss: loss))
    return loss
  }

  /// The squared distance to a constant target `[rows, columns]`, summed over the columns.
  public func squaredError(_ mean: Tensor, target: Region) -> Tensor {
    let loss = tensor(rows: mean.rows, columns: 1, tracked: true)
    SquaredError.loss(mean.values, target: target, into: loss.values)
    record(SquaredErrorOperation(mean: mean, target: target, loss: loss))
    return loss
  }
}

struct TwoHotOperation: TapeOperation {
  let distribution: TwoHotDistribution
  let target: Region
  let loss: Tensor

  func pullback(_ tape: Tape) {
    TwoHot.pullback(
      distribution.logits.values, logSumExp: distribution.logSumExp, bins: distribution.bins,
      target: target, from: loss.gradient, dlogits: distribution.logits.gradient)
  }
}

struct BinaryOperation: TapeOperation {
  let logits: Tensor
  let target: Region
  let loss: Tensor

  func pullback(_ tape: Tape) {
    Binary.pullback(
      logits.values, target: target, from: loss.gradient, dlogits: logits.gradient)
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
