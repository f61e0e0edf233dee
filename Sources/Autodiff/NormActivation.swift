import Kernels

extension Tape {
  /// `y = activation(norm(x))`, the norm over the last axis.
  ///
  /// - Parameters:
  ///   - x: `[rows, columns]`.
  ///   - scale: `[columns]`, where the norm has one.
  ///   - shift: `[columns]`, where the norm has one.
  package func normActivation(
    _ x: Tensor, _ kind: NormActivation, scale: Parameter?, shift: Parameter?
  ) -> Tensor {
    let y = tensor(rows: x.rows, columns: x.columns, tracked: true)
    perform(
      NormActivationOperation(
        x: x, y: y, kind: kind, scale: scale, shift: shift, consumesInput: false))
    return y
  }

  /// The same for an x that nothing else reads, without memory for a second gradient.
  ///
  /// The result shares the memory of x's gradient: in a sweep, it holds the gradient at y first and
  /// that at x afterwards. Where nothing is recorded, it also takes the place of x. Another reader of x
  /// would find its values or its gradient lost: only layers that make x themselves call this.
  package func normActivation(
    consuming x: Tensor, _ kind: NormActivation, scale: Parameter?, shift: Parameter?
  ) -> Tensor {
    let y = Tensor(
      values: isRecording ? arena.allocate(x.values.count) : x.values,
      gradient: isRecording && !x.isTracked ? allocateGradient(x.values.count) : x.gradient,
      rows: x.rows, columns: x.columns)
    perform(
      NormActivationOperation(
        x: x, y: y, kind: kind, scale: scale, shift: shift, consumesInput: true))
    return y
  }

  private func perform(_ operation: NormActivationOperation) {
    operation.forward(self)
    record(operation)
  }
}

struct NormActivationOperation: TapeOperation {
  let x: Tensor
  let y: Tensor
  let kind: NormActivation
  let scale: Parameter?
  let shift: Parameter?
  /// Whether nothing else reads x, so that y has the memory of its gradient.
  let consumesInput: Bool

  func forward(_ tape: Tape) {
    kind.forward(
      x.values, scale: scale.map(tape.values(of:)) ?? .empty,
      shift: shift.map(tape.values(of:)) ?? .empty, columns: x.columns, into: y.values)
  }

  /// The gradient at y becomes that at x where it stands.
  func pullback(_ tape: Tape) {
    let mark = tape.arena.mark
    kind.pullback(
      x.values, scale: scale.map(tape.values(of:)) ?? .empty,
      shift: shift.map(tape.values(of:)) ?? .empty, columns: x.columns, gradient: y.gradient,
      dscale: scale.map(tape.trainedGradient(of:)) ?? .empty,
      dshift: shift.map(tape.trainedGradient(of:)) ?? .empty,
      temporary: tape.arena.allocate(NormActivation.pullbackRows * x.columns))
    tape.arena.rewind(to: mark)
    if x.isTracked && !consumesInput { x.gradient.add(y.gradient) }
  }
}
