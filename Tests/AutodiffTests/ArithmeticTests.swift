import Autodiff
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("arithmetic on tensors")
struct ArithmeticTests {
  static let shapes = [(1, 1), (3, 5), (17, 33), (33, 1), (1, 17)]

  private func check(
    _ rows: Int, _ columns: Int, inputs: Int = 2, _ body: @escaping (Tape, [Tensor]) -> Tensor
  ) -> Double {
    GradientCheck(
      inputs: Array(repeating: .init(rows, columns), count: inputs)
    ) { tape, inputs, _ in
      [body(tape, inputs)]
    }.relativeError(key: Key(seed: 3))
  }

  @Test("sums, products and multiples agree with finite differences", arguments: shapes)
  func elementwise(rows: Int, columns: Int) {
    #expect(check(rows, columns) { $0.add($1[0], $1[1]) } < tolerance)
    #expect(check(rows, columns) { $0.multiply($1[0], $1[1]) } < tolerance)
    #expect(check(rows, columns, inputs: 1) { $0.multiply($1[0], $1[0]) } < tolerance)
    #expect(check(rows, columns, inputs: 1) { $0.add($1[0], $1[0]) } < tolerance)
    #expect(check(rows, columns, inputs: 1) { $0.scale($1[0], by: -2.5, offset: 7) } < tolerance)
  }

  @Test("columns and sums over rows and columns agree with finite differences", arguments: shapes)
  func reductions(rows: Int, columns: Int) {
    let part = columns / 3..<columns
    #expect(check(rows, columns, inputs: 1) { $0.columns(part, of: $1[0]) } < tolerance)
    #expect(check(rows, columns, inputs: 1) { $0.rowSums(of: $1[0]) } < tolerance)
    #expect(check(rows, columns, inputs: 1) { $0.rowMeans(of: $1[0]) } < tolerance)
    #expect(check(rows, columns, inputs: 1) { $0.columnSums(of: $1[0]) } < tolerance)
    #expect(check(rows, columns, inputs: 1) { $0.columnMeans(of: $1[0]) } < tolerance)
  }

  @Test("numbers by hand")
  func literal() {
    let fixture = TapeFixture()
    let tape = fixture.tape
    let (a, b) = (
      fixture.tracked([1, 2, 3, 4, 5, 6], rows: 2), fixture.tracked([2, 0, -1, 1, 1, 3], rows: 2)
    )
    #expect(tape.add(a, b).values.array == [3, 2, 2, 5, 6, 9])
    #expect(tape.multiply(a, b).values.array == [2, 0, -3, 4, 5, 18])
    #expect(tape.scale(a, by: 2, offset: -1).values.array == [1, 3, 5, 7, 9, 11])
    #expect(tape.columns(1..<3, of: a).values.array == [2, 3, 5, 6])
    #expect(tape.rowSums(of: a).values.array == [6, 15])
    #expect(tape.rowMeans(of: a).values.array == [2, 5])
    #expect(tape.columnSums(of: a).values.array == [5, 7, 9])
    #expect(tape.columnMeans(of: a).values.array == [2.5, 3.5, 4.5])
  }

  @Test("of constants nothing is recorded")
  func constants() {
    let tape = TapeFixture().tape
    let x = tape.constant([1, 2], rows: 1, columns: 2)
    _ = tape.rowMeans(of: tape.multiply(tape.add(x, x), tape.scale(x, by: 3)))
    #expect(tape.recordedCount == 0)
  }

  @Test("matrices without rows or columns have sums of zero")
  func empty() {
    let tape = TapeFixture().tape
    #expect(tape.rowSums(of: tape.zeros(rows: 2, columns: 0)).values.array == [0, 0])
    #expect(tape.columnSums(of: tape.zeros(rows: 0, columns: 2)).values.array == [0, 0])
    #expect(tape.add(tape.zeros(rows: 0, columns: 3), tape.zeros(rows: 0, columns: 3)).rows == 0)
  }
}

@Suite("tensors with several readers")
struct SeveralReadersTests {
  private static let silu = NormActivation(Normalization(kind: .rms), .silu)

  @Test("the input of a norm may be read by others, before and after it", arguments: oddSizes)
  func norm(columns: Int) {
    let check = GradientCheck(
      inputs: [.init(3, columns)], parameters: [.init(columns, columns), .init(1, columns)]
    ) { tape, inputs, parameters in
      let x = tape.linear(inputs[0], WeightBlocks(parameters[0]))
      let before = tape.scale(x, by: 0.5)
      let y = tape.normActivation(x, Self.silu, scale: parameters[1], shift: nil)
      return [tape.add(before, tape.add(y, x))]
    }
    #expect(check.relativeError(key: Key(seed: 5)) < tolerance)
  }

  @Test("a norm that is not recorded leaves its input as it was")
  func silentNorm() {
    let fixture = TapeFixture()
    let x = fixture.tracked([1, -2, 3], rows: 1)
    fixture.tape.withoutRecording {
      let plain = NormActivation(Normalization(kind: .none), .relu)
      let y = fixture.tape.normActivation(x, plain, scale: nil, shift: nil)
      #expect(y.values.array == [1, 0, 3])
    }
    #expect(x.values.array == [1, -2, 3])
  }

  @Test("the gates of a recurrent step may be read by others", arguments: [1, 2])
  func gates(groups: Int) {
    let check = GradientCheck(
      inputs: [.init(3, 12), .init(3, 4)]
    ) { tape, inputs, _ in
      let out = tape.tensor(rows: 3, columns: 4, tracked: true)
      let doubled = tape.scale(inputs[0], by: 2)
      tape.recurrentStep(gates: doubled, state: inputs[1], groups: groups, into: out)
      return [out, doubled]
    }
    #expect(check.relativeError(key: Key(seed: 6)) < tolerance)
  }

  @Test("a recurrent step that consumes its gates has the same gradients", arguments: [1, 2])
  func consumedGates(groups: Int) {
    let check = GradientCheck(inputs: [.init(3, 12), .init(3, 4)]) { tape, inputs, _ in
      let out = tape.tensor(rows: 3, columns: 4, tracked: true)
      tape.recurrentStep(
        consuming: tape.scale(inputs[0], by: 2), state: inputs[1], groups: groups, into: out)
      return [out]
    }
    #expect(check.relativeError(key: Key(seed: 6)) < tolerance)
  }

  @Test("residual blocks of tensors agree with finite differences")
  func residual() {
    let plain = NormActivation(Normalization(kind: .none), .silu)
    let check = GradientCheck(
      inputs: [.init(5, 3)], parameters: [.init(3, 3), .init(3, 3)]
    ) { tape, inputs, parameters in
      [
        parameters.reduce(inputs[0]) { x, weight in
          let inner = tape.normActivation(x, plain, scale: nil, shift: nil)
          return tape.add(x, tape.linear(inner, WeightBlocks(weight)))
        }
      ]
    }
    #expect(check.relativeError(key: Key(seed: 7)) < tolerance)
  }
}
