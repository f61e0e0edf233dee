import Autodiff
import Kernels
import Randomness

/// A probability for each number of a row, by its logit. Values are 0 or 1.
public struct BernoulliDistribution: ClosedEntropy, ClosedDivergence {
  /// `[rows, columns]`.
  public let logits: Tensor

  public var parameters: [Tensor] { [logits] }
  public var rows: Int { logits.rows }
  public var columns: Int { logits.columns }

  public init(logits: Tensor) { self.logits = logits }

  /// Draws of 0 and 1, through which no gradient goes.
  public func sample(_ draw: Draw, into value: Tensor, _ tape: Tape) {
    let mark = tape.arena.mark
    Binary.sample(
      logits.values, uniforms: tape.uniforms(draw, rows: rows, columns: columns),
      into: value.values)
    tape.arena.rewind(to: mark)
  }

  public func logProbability(of value: Tensor, _ tape: Tape) -> Tensor {
    tape.scale(crossEntropy(to: value.values, tape), by: -1)
  }

  /// The cross-entropy to constant targets `[rows, columns]` in [0, 1]: `[rows, 1]`.
  public func crossEntropy(to target: Region, _ tape: Tape) -> Tensor {
    let losses = tape.tensor(rows: rows, columns: columns, tracked: true)
    Binary.loss(logits.values, target: target, into: losses.values)
    tape.record(BernoulliOperation(logits: logits, target: target, losses: losses))
    return columns == 1 ? losses : tape.rowSums(of: losses)
  }

  public func entropy(_ tape: Tape) -> Tensor {
    let entropies = tape.tensor(rows: rows, columns: columns, tracked: true)
    Binary.entropy(logits.values, into: entropies.values)
    tape.record(BernoulliEntropyOperation(logits: logits, entropies: entropies))
    return tape.rowSums(of: entropies)
  }

  public func divergence(from other: BernoulliDistribution, _ tape: Tape) -> Divergence {
    let first = tape.tensor(rows: rows, columns: columns, tracked: true)
    let second = tape.tensor(rows: rows, columns: columns, tracked: true)
    Binary.divergence(logits.values, other.logits.values, into: first.values)
    second.values.copy(from: first.values)
    tape.record(
      BernoulliDivergenceOperation(p: logits, q: other.logits, first: first, second: second))
    return Divergence(
      trainingFirst: tape.rowSums(of: first), trainingSecond: tape.rowSums(of: second))
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
  let entropies: Tensor

  func pullback(_ tape: Tape) {
    guard logits.isTracked else { return }
    Binary.entropyPullback(logits.values, from: entropies.gradient, dlogits: logits.gradient)
  }
}

struct BernoulliDivergenceOperation: TapeOperation {
  let p: Tensor
  let q: Tensor
  let first: Tensor
  let second: Tensor

  func pullback(_ tape: Tape) {
    if p.isTracked {
      Binary.divergencePullback(
        first: p.values, q.values, from: first.gradient, dlogits: p.gradient)
    }
    if q.isTracked {
      Binary.divergencePullback(
        second: q.values, of: p.values, from: second.gradient, dlogits: q.gradient)
    }
  }
}
