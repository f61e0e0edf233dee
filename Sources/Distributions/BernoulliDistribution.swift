import Autodiff
import Kernels
import Randomness

/// A probability for each number of a row, by its logit. Values are 0 or 1.
package struct BernoulliDistribution: ClosedEntropy, RowwiseDivergence {
  /// `[rows, columns]`.
  package let logits: Tensor

  package var parameters: [Tensor] { [logits] }
  package var rows: Int { logits.rows }
  package var columns: Int { logits.columns }

  package init(logits: Tensor) { self.logits = logits }

  /// Draws of 0 and 1, through which no gradient goes.
  package func sample(_ draw: Draw, into value: Tensor, _ tape: Tape) {
    let mark = tape.arena.mark
    Binary.sample(
      logits.values, uniforms: tape.uniforms(draw, rows: rows, columns: columns),
      into: value.values)
    tape.arena.rewind(to: mark)
  }

  package func logProbability(of value: Tensor, _ tape: Tape) -> Tensor {
    tape.scale(crossEntropy(to: value.values, tape), by: -1)
  }

  /// The cross-entropy to constant targets `[rows, columns]` in [0, 1]: `[rows, 1]`.
  package func crossEntropy(to target: Region, _ tape: Tape) -> Tensor {
    let losses = tape.tensor(rows: rows, columns: columns, tracked: true)
    Binary.loss(logits.values, target: target, into: losses.values)
    tape.record(BernoulliOperation(logits: logits, target: target, losses: losses))
    return columns == 1 ? losses : tape.rowSums(of: losses)
  }

  package func entropy(_ tape: Tape) -> Tensor {
    let entropy = tape.column(rows: rows)
    Binary.entropy(logits.values, into: entropy.values)
    tape.record(BernoulliEntropyOperation(logits: logits, entropy: entropy))
    return entropy
  }

  package func divergence(from other: BernoulliDistribution, _ tape: Tape) -> Divergence {
    tape.divergence(self, from: other)
  }

  func divergence(from other: BernoulliDistribution, into kl: Region, _ tape: Tape) {
    Binary.divergence(logits.values, other.logits.values, into: kl)
  }

  func pullBackAsFirst(_ other: BernoulliDistribution, from g: Region, _ tape: Tape) {
    guard logits.isTracked else { return }
    Binary.divergencePullback(
      first: logits.values, other.logits.values, from: g, dlogits: logits.gradient)
  }

  func pullBackAsSecond(of other: BernoulliDistribution, from g: Region, _ tape: Tape) {
    guard logits.isTracked else { return }
    Binary.divergencePullback(
      second: logits.values, of: other.logits.values, from: g, dlogits: logits.gradient)
  }
}

struct BernoulliOperation: TapeOperation {
  let logits: Tensor
  let target: Region
  let losses: Tensor

  func pullback(_ tape: Tape) {
    guard logits.isTracked else { return }
    Binary.pullback(
      logits.values, target: target, from: losses.gradient, dlogits: logits.gradient)
  }
}

struct BernoulliEntropyOperation: TapeOperation {
  let logits: Tensor
  let entropy: Tensor

  func pullback(_ tape: Tape) {
    guard logits.isTracked else { return }
    Binary.entropyPullback(logits.values, from: entropy.gradient, dlogits: logits.gradient)
  }
}
