import Kernels

extension Tape {
  /// `y = activation(norm(x))`, the norm over the last axis.
  ///
  /// The result shares the memory of x's gradient: in a sweep, it holds the gradient at y first and
  /// that at x afterwards. Where nothing is recorded, it also takes the place of x.
  ///
  /// - Parameters:
  ///   - x: `[rows, columns]`, which nothing else reads.
  ///   - scale: `[columns]`, where the norm has one.
  ///   - shift: `[columns]`, where the norm has one.
  public func normActivation(
    _ x: Tensor, _ kind: NormActivation, scale: Parameter?, shift: Parameter?
  ) -> Tensor {
    let y = Tensor(
      values: isRecording ? arena.allocate(x.values.count) : x.values,
      gradient: isRecording && !x.isTracked ? allocateGradient(x.values.count) : x.gradient,
      rows: x.rows, columns: x.columns)
    kind.forward(
      x.values, scale: scale.map(values(of:)) ?? .empty, shift: shift.map(values(of:)) ?? .empty,
      columns: x.columns, into: y.values)
    record(.normActivation(.init(x: x, y: y, kind: kind, scale: scale, shift: shift)))
    return y
  }
}

struct NormActivationOperation {
  let x: Tensor
  let y: Tensor
  let kind: NormActivation
  let scale: Parameter?
  let shift: Parameter?

  func pullback(_ tape: Tape) {
    let mark = tape.arena.mark
    kind.pullback(
      x.values, scale: scale.map(tape.values(of:)) ?? .empty,
      shift: shift.map(tape.values(of:)) ?? .empty, columns: x.columns, gradient: y.gradient,
      dscale: scale.map(tape.trainedGradient(of:)) ?? .empty,
      dshift: shift.map(tape.trainedGradient(of:)) ?? .empty,
      temporary: tape.arena.allocate(NormActivation.pullbackRows * x.columns))
    tape.arena.rewind(to: mark)
  }
}
