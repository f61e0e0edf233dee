import Autodiff
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("linear layers on the tape")
struct LinearTests {
  @Test("x W + b by hand, whole and in two blocks")
  func literal() {
    let fixture = TapeFixture(parameters: [
      (2, 2, [1, 2, 3, 4]), (1, 2, [10, 20]), (2, 1, [5, 7]),
    ])
    let x = fixture.tracked([1, -1], rows: 1)
    let (weight, bias, blocks) = (
      fixture.parameters[0], fixture.parameters[1], fixture.parameters[2]
    )
    let whole = fixture.tape.linear(x, weight: weight, bias: bias)
    #expect(whole.values.array == [8, 18])
    let blockwise = fixture.tape.linear(x, weight: blocks, groups: 2)
    #expect(blockwise.values.array == [5, -7])
    whole.gradient.copy(from: [1, 2])
    blockwise.gradient.copy(from: [1, 1])
    fixture.tape.backward()
    // W (1, 2)ᵀ = (5, 11), and each block's own weight.
    #expect(x.gradient.array == [10, 18])
    #expect(fixture.gradient(of: weight) == [1, 2, -1, -2])
    #expect(fixture.gradient(of: bias) == [1, 2])
    #expect(fixture.gradient(of: blocks) == [1, -1])
  }

  @Test("gradients agree with finite differences", arguments: [0] + oddSizes, oddSizes)
  func gradients(rows: Int, columns: Int) {
    for outputs in [1, 17] {
      let check = GradientCheck(
        inputs: [.init(rows, columns)], parameters: [.init(columns, outputs), .init(1, outputs)]
      ) { tape, inputs, parameters in
        [tape.linear(inputs[0], weight: parameters[0], bias: parameters[1])]
      }
      #expect(check.relativeError(key: Key(seed: 1)) < tolerance)
    }
  }

  @Test(
    "block-diagonal weights", arguments: [1, 3, 17], [(1, 1, 1), (3, 5, 3), (8, 2, 3), (5, 1, 7)])
  func groups(rows: Int, shape: (groups: Int, inputs: Int, outputs: Int)) {
    let (groups, inputs, outputs) = shape
    let check = GradientCheck(
      inputs: [.init(rows, groups * inputs)],
      parameters: [.init(groups * inputs, outputs), .init(1, groups * outputs)]
    ) { tape, inputs, parameters in
      [tape.linear(inputs[0], weight: parameters[0], bias: parameters[1], groups: groups)]
    }
    #expect(check.relativeError(key: Key(seed: 2)) < tolerance)
  }

  @Test("rows of one weight, an addend and a place for the result", arguments: oddSizes)
  func slices(rows: Int) {
    let check = GradientCheck(
      inputs: [.init(rows, 5), .init(rows, 12)], parameters: [.init(17, 3), .init(1, 3)]
    ) { tape, inputs, parameters in
      let whole = tape.tensor(rows: 2 * rows, columns: 3, tracked: true)
      whole.values.fill(0)
      let part = tape.linear(inputs[0], weight: parameters[0].rows(0..<5), bias: parameters[1])
      _ = tape.linear(
        inputs[1], weight: parameters[0].rows(5..<17), adding: part,
        into: whole.rows(rows..<2 * rows))
      return [whole, part]
    }
    #expect(check.relativeError(key: Key(seed: 3)) < tolerance)
  }

  @Test("an addend that is constant and an input that is constant get no gradient")
  func constants() {
    let check = GradientCheck(
      inputs: [.init(3, 5)], parameters: [.init(5, 5)]
    ) { tape, inputs, parameters in
      let fixed = tape.constant((0..<15).map { Float($0) / 10 }, rows: 3, columns: 5)
      return [
        tape.linear(fixed, weight: parameters[0], adding: inputs[0]),
        tape.linear(inputs[0], weight: parameters[0], adding: fixed),
      ]
    }
    #expect(check.relativeError(key: Key(seed: 4)) < tolerance)
  }

  @Test("one weight used in a loop, at different numbers of rows", arguments: [1, 3])
  func repeated(groups: Int) {
    let check = GradientCheck(
      inputs: [.init(1, 6), .init(5, 6)], parameters: [.init(6, 6 / groups)]
    ) { tape, inputs, parameters in
      var x = inputs[0]
      for _ in 0..<3 { x = tape.linear(x, weight: parameters[0], groups: groups) }
      return [x, tape.linear(inputs[1], weight: parameters[0], groups: groups)]
    }
    #expect(check.relativeError(key: Key(seed: 5)) < tolerance)
  }

  /// Numbers with few bits, so that sums are exact in whatever order they are made.
  @Test("products put off to the end of a sweep equal separate products", arguments: [1, 2])
  func pending(groups: Int) {
    let weight = GradientCheck.Shape(4, 4 / groups)
    let values = (0..<weight.rows * weight.columns).map { Float($0 % 5) - 2 }
    func gradient(uses: [Int]) -> [Float] {
      let fixture = TapeFixture(inputs: [], parameters: [weight], point: values)
      for use in uses {
        let x = fixture.tracked(
          (0..<(use + 1) * 4).map { Float(($0 + use) % 3) - 1 }, rows: use + 1)
        let y = fixture.tape.linear(x, weight: fixture.parameters[0], groups: groups)
        y.gradient.copy(from: (0..<y.values.count).map { Float(($0 * 7 + use) % 4) - 1 })
      }
      fixture.tape.backward()
      return fixture.gradient(of: fixture.parameters[0])
    }
    let separate = (0..<3).map { gradient(uses: [$0]) }
    let sums = separate[0].indices.map { i in separate.reduce(0) { $0 + $1[i] } }
    #expect(gradient(uses: [0, 1, 2]) == sums)
  }
}
