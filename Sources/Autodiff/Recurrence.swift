import Kernels

extension Tape {
  /// The step of the gated recurrent unit with block-wise gates (ALGORITHM section 4, step 6).
  ///
  /// - Parameters:
  ///   - gates: `[rows, 3D]`, inside each block reset, candidate, update.
  ///   - state: `[rows, D]`.
  ///   - out: `[rows, D]`, where the new state goes: a slice of the whole sequence.
  public func recurrentStep(gates: Tensor, state: Tensor, groups: Int, into out: Tensor) {
    GatedRecurrentUnit.forward(
      gates: gates.valueMatrix, state: state.valueMatrix, out: out.valueMatrix, groups: groups)
    record(.recurrence(.init(gates: gates, state: state, out: out, groups: groups)))
  }

  /// The same with the linear layer that makes the gates. Where nothing is recorded, the gates of one
  /// group at a time exist, which stay in the cache.
  ///
  /// - Parameters:
  ///   - x: `[rows, in]`.
  ///   - weights: of blocks `[in / groups, 3D / groups]`.
  public func recurrentStep(
    _ x: Tensor, _ weights: WeightBlocks, bias: Parameter, state: Tensor, into out: Tensor
  ) {
    if isRecording {
      let gates = linear(x, weights, bias: bias)
      recurrentStep(gates: gates, state: state, groups: weights.groups, into: out)
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

struct RecurrenceOperation {
  let gates: Tensor
  let state: Tensor
  let out: Tensor
  let groups: Int

  func pullback(_ tape: Tape) {
    // Nothing else reads the gates, so their gradient is written rather than added to.
    GatedRecurrentUnit.pullback(
      gates: gates.values, state: state.values, from: out.gradient, dgates: gates.gradient,
      dstate: state.gradient, width: state.columns, groups: groups)
  }
}
