import Autodiff
import Kernels
import Randomness

/// A number predicted as a categorical distribution over fixed bins, with what its loss and its mean
/// share (ALGORITHM section 7). A value between two bins counts as both, by its distance.
///
/// Its probabilities are not kept: a sweep makes them again in less time than main memory takes.
package struct TwoHotDistribution: ClosedEntropy, ClosedDivergence {
  /// `[rows, bins]`.
  package let logits: Tensor
  /// `[rows]`.
  let logSumExp: Region
  /// `[bins]`, ascending, symmetric about zero.
  let bins: Region
  /// `[rows]`: the mean, in the units of the bins.
  package let mean: Region
  /// `[rows]`: the root of the sum of squares of the positive bins' terms of the mean. Times what a
  /// probability is wrong by, of itself, it is what the mean is wrong by.
  package let meanTerms: Region

  package var parameters: [Tensor] { [logits] }
  package var rows: Int { logits.rows }
  package var columns: Int { 1 }

  package init(logits: Tensor, bins: Region, _ tape: Tape) {
    let (lse, mean) = (tape.arena.allocate(logits.rows), tape.arena.allocate(logits.rows))
    let terms = tape.arena.allocate(logits.rows)
    let mark = tape.arena.mark
    let p = tape.arena.allocate(logits.values.count)
    TwoHot.softmax(logits.values, into: p, logSumExp: lse)
    TwoHot.mean(p: p, bins: bins, into: mean, terms: terms)
    tape.arena.rewind(to: mark)
    self.init(logits: logits, logSumExp: lse, bins: bins, mean: mean, meanTerms: terms)
  }

  private init(logits: Tensor, logSumExp: Region, bins: Region, mean: Region, meanTerms: Region) {
    (self.logits, self.logSumExp, self.bins) = (logits, logSumExp, bins)
    (self.mean, self.meanTerms) = (mean, meanTerms)
  }

  /// The distributions of some rows.
  package func rows(_ range: Range<Int>) -> TwoHotDistribution {
    TwoHotDistribution(
      logits: logits.rows(range), logSumExp: logSumExp.rows(range, columns: 1), bins: bins,
      mean: mean.rows(range, columns: 1), meanTerms: meanTerms.rows(range, columns: 1))
  }

  /// Draws of a bin, through which no gradient goes.
  package func sample(_ draw: Draw, into value: Tensor, _ tape: Tape) {
    let mark = tape.arena.mark
    let chosen = tape.withoutRecording { categories(tape).sample(draw, tape) }
    TwoHot.values(of: chosen.values, bins: bins, into: value.values)
    tape.arena.rewind(to: mark)
  }

  /// The log-probability of a value's two bins, each times its share.
  package func logProbability(of value: Tensor, _ tape: Tape) -> Tensor {
    tape.scale(crossEntropy(to: value.values, tape), by: -1)
  }

  /// The cross-entropy to constant targets `[rows]`: `[rows, 1]`.
  package func crossEntropy(to target: Region, _ tape: Tape) -> Tensor {
    let loss = tape.tensor(rows: target.count, columns: 1, tracked: true)
    TwoHot.loss(
      logits.values, logSumExp: logSumExp, bins: bins, target: target, into: loss.values)
    tape.record(TwoHotOperation(distribution: self, target: target, loss: loss))
    return loss
  }

  package func entropy(_ tape: Tape) -> Tensor { categories(tape).entropy(tape) }

  package func divergence(from other: TwoHotDistribution, _ tape: Tape) -> Divergence {
    categories(tape).divergence(from: other.categories(tape), tape)
  }

  private func categories(_ tape: Tape) -> CategoricalDistribution {
    CategoricalDistribution(logits: logits, classes: bins.count, tape)
  }
}

struct TwoHotOperation: TapeOperation {
  let distribution: TwoHotDistribution
  let target: Region
  let loss: Tensor

  func pullback(_ tape: Tape) {
    guard distribution.logits.isTracked else { return }
    TwoHot.pullback(
      distribution.logits.values, logSumExp: distribution.logSumExp, bins: distribution.bins,
      target: target, from: loss.gradient, dlogits: distribution.logits.gradient)
  }
}
