import Autodiff
import Kernels
import Randomness

/// A distribution for each of some rows, as a tape holds it.
///
/// One interface for every head and latent, as the one output class of danijar/dreamerv3
/// (`embodied/jax/outs.py`) has it; what of it exists only for some distributions is in
/// ``ClosedEntropy`` and ``ClosedDivergence``. All are in nats and sums over a row's numbers.
///
/// A distribution is a small value: what a network gave for it, tensors that may be tracked, and what
/// was computed from them once. Its methods record on the tape that made these, and gradients go back
/// to what the network gave.
package protocol Distribution: Sendable {
  /// What a network gave: `[rows, …]` each.
  var parameters: [Tensor] { get }
  var rows: Int { get }
  /// Columns of a value.
  var columns: Int { get }

  /// A draw of each row.
  ///
  /// - Parameter value: `[rows, columns]`, where it goes. Where it is tracked, its gradient goes back
  ///   through the draw, as each distribution says how.
  func sample(_ draw: Draw, into value: Tensor, _ tape: Tape)

  /// The log-probability, or log-density, of a value: `[rows, 1]`.
  ///
  /// - Parameter value: `[rows, columns]`.
  func logProbability(of value: Tensor, _ tape: Tape) -> Tensor
}

/// A distribution whose entropy has a closed form.
package protocol ClosedEntropy: Distribution {
  /// `[rows, 1]`.
  func entropy(_ tape: Tape) -> Tensor
}

/// A distribution whose divergence from another of its kind has a closed form.
package protocol ClosedDivergence: Distribution {
  /// `KL(self ‖ other)`.
  func divergence(from other: Self, _ tape: Tape) -> Divergence
}

/// `KL(p ‖ q)` of each row, twice, so that its two sides can be trained at different rates. For the plain
/// divergence both get the same gradient.
package struct Divergence: Sendable {
  /// `[rows, 1]`: its gradient goes to p alone.
  package let trainingFirst: Tensor
  /// `[rows, 1]`, the same values: its gradient goes to q alone.
  package let trainingSecond: Tensor

  package init(trainingFirst: Tensor, trainingSecond: Tensor) {
    self.trainingFirst = trainingFirst
    self.trainingSecond = trainingSecond
  }
}

/// A divergence that a kernel computes row by row, and goes back over one side at a time.
protocol RowwiseDivergence: ClosedDivergence {
  /// `kl[r] = KL(self ‖ other)`.
  func divergence(from other: Self, into kl: Region, _ tape: Tape)
  /// Adds to this one's gradients what `g`, `[rows]`, at `KL(self ‖ other)` is there.
  func pullBackAsFirst(_ other: Self, from g: Region, _ tape: Tape)
  /// Adds to this one's gradients what `g`, `[rows]`, at `KL(other ‖ self)` is there.
  func pullBackAsSecond(of other: Self, from g: Region, _ tape: Tape)
}

extension Tape {
  /// `KL(p ‖ q)`, recorded.
  func divergence<D: RowwiseDivergence>(_ p: D, from q: D) -> Divergence {
    let result = Divergence(
      trainingFirst: column(rows: p.rows), trainingSecond: column(rows: p.rows))
    p.divergence(from: q, into: result.trainingFirst.values, self)
    result.trainingSecond.values.copy(from: result.trainingFirst.values)
    record(RowwiseDivergenceOperation(p: p, q: q, result: result))
    return result
  }
}

struct RowwiseDivergenceOperation<D: RowwiseDivergence>: TapeOperation {
  let p: D
  let q: D
  let result: Divergence

  func pullback(_ tape: Tape) {
    p.pullBackAsFirst(q, from: result.trainingFirst.gradient, tape)
    q.pullBackAsSecond(of: p, from: result.trainingSecond.gradient, tape)
  }
}

extension Distribution {
  /// A draw of each row that is a constant, `[rows, columns]`.
  package func sample(_ draw: Draw, _ tape: Tape) -> Tensor {
    let value = tape.tensor(rows: rows, columns: columns, tracked: false)
    sample(draw, into: value, tape)
    return value
  }

  /// The most likely value of each row, as a constant: `[rows, columns]`.
  package func mode(_ tape: Tape) -> Tensor { sample(.mode, tape) }
}

extension Tape {
  /// Draws by standard normal noise, `[rows, columns]`: the fixed deviations, where it is no draw.
  ///
  /// - Parameter body: computes `value`. The noise stays in the arena where the way back needs it.
  func drawNormal(
    _ draw: Draw, rows: Int, columns: Int, into value: Tensor, _ body: (_ noise: Region) -> Void
  ) {
    let mark = arena.mark
    let noise = arena.allocate(rows * columns)
    switch draw {
    case .random(let key, let numbering):
      noise.fillNormal(key: key, rows: numbering, columns: columns)
    case .fixed(let deviations): noise.fill(deviations)
    }
    body(noise)
    if !value.isTracked { arena.rewind(to: mark) }
  }

  /// Uniform numbers for a draw, `[rows, columns]`; empty where it is a fixed point.
  func uniforms(_ draw: Draw, rows: Int, columns: Int) -> Region {
    guard case .random(let key, let numbering) = draw else { return .empty }
    let uniforms = arena.allocate(rows * columns)
    uniforms.fillUniform(key: key, rows: numbering, columns: columns)
    return uniforms
  }

  /// A tensor's gradient; where it is not tracked, zeros that nobody reads.
  func gradientOrScratch(_ tensor: Tensor) -> Region {
    tensor.isTracked ? tensor.gradient : arena.allocateZeros(tensor.values.count)
  }

  /// A column of results.
  func column(rows: Int) -> Tensor { tensor(rows: rows, columns: 1, tracked: true) }
}
