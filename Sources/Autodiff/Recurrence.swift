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
      gates: gates.values, state: state.values, out: out.values, width: state.columns,
      groups: groups)
    record(.recurrence(.init(gates: gates, state: state, out: out, groups: groups)))
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
