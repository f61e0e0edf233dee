import Autodiff
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("the gated recurrent unit")
struct RecurrenceTests {
  /// r = σ(0) = 1/2, c = tanh(1/2 · 2) = 0.7615942, u = σ(1 - 1) = 1/2, so 0.3807971 + 1/2 · 4; and
  /// r = σ(2) = 0.8807971, c = tanh(-0.8807971) = -0.7068184, u = σ(-1) = 0.2689414, so
  /// -0.1900927 + 0.7310586 · (-1).
  @Test("a step by hand, with reset, candidate and update inside each block")
  func literal() {
    for (groups, gates) in [
      (1, [0, 2, 2, -1, 1, 0] as [Float]), (2, [0, 2, 1, 2, -1, 0]),
    ] {
      let fixture = TapeFixture()
      let out = fixture.tape.tensor(rows: 1, columns: 2, tracked: true)
      fixture.tape.recurrentStep(
        gates: fixture.tracked(gates, rows: 1), state: fixture.tracked([4, -1], rows: 1),
        groups: groups, into: out)
      #expect(largestError(out.values.array, [2.3807971, -0.9211513]) < 1e-6)
    }
  }

  @Test(
    "gradients agree with finite differences", arguments: [0] + oddSizes,
    [(1, 1), (1, 17), (3, 5), (8, 3)])
  func gradients(rows: Int, shape: (groups: Int, width: Int)) {
    let width = shape.groups * shape.width
    let check = GradientCheck(inputs: [.init(rows, 3 * width), .init(rows, width)]) {
      tape, inputs, _ in
      let sequence = tape.tensor(rows: 2 * rows, columns: width, tracked: true)
      sequence.values.fill(0)
      tape.recurrentStep(
        gates: inputs[0], state: inputs[1], groups: shape.groups,
        into: sequence.rows(rows..<2 * rows))
      return [sequence]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < tolerance)
  }

  @Test("a constant state gets no gradient")
  func constantState() {
    let check = GradientCheck(inputs: [.init(3, 15)]) { tape, inputs, _ in
      let out = tape.tensor(rows: 3, columns: 5, tracked: true)
      tape.recurrentStep(
        gates: inputs[0], state: tape.zeros(rows: 3, columns: 5), groups: 1, into: out)
      return [out]
    }
    #expect(check.relativeError(key: Key(seed: 2)) < tolerance)
  }
}
