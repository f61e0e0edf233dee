import Kernels

extension Tape {
  /// The step of the gated recurrent unit with block-wise gates (ALGORITHM section 4, step 6).
  ///
  /// - Parameters:
  ///   - gates: `[rows, 3D]`, inside each block reset, candidate, update.
  ///   - state: `[rows, D]`.
  ///   - out: `[rows, D]`, where the new state goes: a slice of the whole sequence.
  package func recurrentStep(gates: Tensor, state: Tensor, groups: Int, into out: Tensor) {
    recurrentStep(
      RecurrenceOperation(
        gates: gates, state: state, out: out, groups: groups, consumesGates: false))
  }

  /// The same for gates that nothing else reads: their gradient is written rather than added to.
  package func recurrentStep(
    consuming gates: Tensor, state: Tensor, groups: Int, into out: Tensor
  ) {
    recurrentStep(
      RecurrenceOperation(
        gates: gates, state: state, out: out, groups: groups, consumesGates: true))
  }

  private func recurrentStep(_ operation: RecurrenceOperation) {
    GatedRecurrentUnit.forward(
      gates: operation.gates.valueMatrix, state: operation.state.valueMatrix,
      out: operation.out.valueMatrix, groups: operation.groups)
    record(operation)
  }

  /// The same with the linear layer that makes the gates. Where nothing is recorded, the gates of one
  /// group at a time exist, which stay in the cache.
  ///
  /// - Parameters:
  ///   - x: `[rows, in]`.
  ///   - weights: of blocks `[in / groups, 3D / groups]`.
  package func recurrentStep(
    _ x: Tensor, _ weights: WeightBlocks, bias: Parameter, state: Tensor, into out: Tensor
  ) {
    if isRecording {
      let gates = linear(x, weights, bias: bias)
      recurrentStep(consuming: gates, state: state, groups: weights.groups, into: out)
      return
    }
    let (rows, width) = (x.rows, state.columns / weights.groups)
    let mark = arena.mark
    let gates = Matrix(arena.allocate(rows * 3 * width), rows: rows, columns: 3 * width)
    for group in 0..<weights.groups {
      GEMM.multiply(
        weights.input(x.values, rows: rows, group: group), matrix(of: weights.block(group)),
        into: gates, bias: values(of: bias).slice(group * 3 * width, count: 3 * width))
      GatedRecurrentUnit.forward(
        gates: gates,
        state: state.valueMatrix.block(group, step: width, rows: rows, columns: width),
        out: out.valueMatrix.block(group, step: width, rows: rows, columns: width), groups: 1)
    }
    arena.rewind(to: mark)
    multiplyAdds += rows * weights.parameter.count
  }
}

struct RecurrenceOperation: TapeOperation {
  let gates: Tensor
  let state: Tensor
  let out: Tensor
  let groups: Int
  /// Whether nothing else reads the gates.
  let consumesGates: Bool

  func pullback(_ tape: Tape) {
    let mark = tape.arena.mark
    let dgates = consumesGates ? gates.gradient : tape.arena.allocate(gates.values.count)
    GatedRecurrentUnit.pullback(
      gates: gates.values, state: state.values, from: out.gradient, dgates: dgates,
      dstate: state.gradient, width: state.columns, groups: groups)
    if !consumesGates && gates.isTracked { gates.gradient.add(dgates) }
    tape.arena.rewind(to: mark)
  }
}
