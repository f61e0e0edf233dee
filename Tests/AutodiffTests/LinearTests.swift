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
    let whole = fixture.tape.linear(x, WeightBlocks(weight), bias: bias)
    #expect(whole.values.array == [8, 18])
    let blockwise = fixture.tape.linear(x, WeightBlocks(blocks, groups: 2))
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

  @Test("a part of mostly zeros gives the results and gradients of any other", arguments: 0..<3)
  func sparseParts(order: Int) {
    func run(isSparse: Bool) -> [[Float]] {
      let fixture = TapeFixture(parameters: [(3, 2, [1, 2, 3, 4, 5, 6]), (1, 2, [10, 20])])
      let tape = fixture.tape
      let z = fixture.tracked([0, 1, 1, 0, 0, 0], rows: 3)
      let x = fixture.tracked([1, -2, 0.5], rows: 3)
      let (given, weights) = (isSparse ? z.sparse : z, WeightBlocks(fixture.parameters[0]))
      #expect(given.rows(0..<2).isSparse == isSparse && given.stopped.isSparse == isSparse)
      let (parts, bias) = (
        (LinearPart(given, weights.part(0..<2)), LinearPart(x, weights.part(2..<3))),
        fixture.parameters[1]
      )
      let y =
        switch order {
        case 0: tape.linear(parts.0, parts.1, bias: bias)
        case 1: tape.linear(parts.1, parts.0, bias: bias)
        default: tape.linear(parts.0, bias: bias)
        }
      y.gradient.copy(from: [1, 2, -1, 0.5, 3, 1])
      tape.backward()
      return [y.values, z.gradient, x.gradient].map(\.array)
        + fixture.parameters.map(fixture.gradient(of:))
    }
    #expect(run(isSparse: true) == run(isSparse: false))
    // z W = (3, 4), (1, 2), 0; x is 1, -2, 1/2 times (5, 6).
    let products: [Float] = order == 2 ? [13, 24, 11, 22, 10, 20] : [18, 30, 1, 10, 12.5, 23]
    #expect(run(isSparse: true)[0] == products)
  }

  @Test("one-hot rows choose the rows of a table")
  func chosenRows() {
    let fixture = TapeFixture()
    let table = fixture.tape.constant([1, 2, 3, 4, 5, 6], rows: 3, columns: 2)
    let choices = fixture.tape.constant([0, 0, 1, 1, 0, 0, 0, 0, 1], rows: 3, columns: 3)
    let chosen = fixture.tape.rows(of: table, chosenBy: choices)
    #expect(chosen.values.array == [5, 6, 1, 2, 5, 6])
    #expect(!chosen.isTracked)
  }

  @Test("gradients agree with finite differences", arguments: [0] + oddSizes, oddSizes)
  func gradients(rows: Int, columns: Int) {
    for outputs in [1, 17] {
      let check = GradientCheck(
        inputs: [.init(rows, columns)], parameters: [.init(columns, outputs), .init(1, outputs)]
      ) { tape, inputs, parameters in
        [tape.linear(inputs[0], WeightBlocks(parameters[0]), bias: parameters[1])]
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
      [
        tape.linear(
          inputs[0], WeightBlocks(parameters[0], groups: groups), bias: parameters[1])
      ]
    }
    #expect(check.relativeError(key: Key(seed: 2)) < tolerance)
  }

  @Test("an input in two parts, added up in a given place", arguments: oddSizes)
  func parts(rows: Int) {
    let check = GradientCheck(
      inputs: [.init(rows, 5), .init(rows, 12)], parameters: [.init(17, 3), .init(1, 3)]
    ) { tape, inputs, parameters in
      let whole = tape.tensor(rows: 2 * rows, columns: 3, tracked: true)
      whole.values.fill(0)
      let weights = WeightBlocks(parameters[0])
      let y = tape.linear(
        inputs[0], weights.part(0..<5), bias: parameters[1], into: whole.rows(rows..<2 * rows))
      tape.addLinear(LinearPart(inputs[1], weights.part(5..<17)), to: y)
      return [whole]
    }
    #expect(check.relativeError(key: Key(seed: 3)) < tolerance)
  }

  @Test("blocks that see their slice of one part and the whole of another")
  func sharedPart() {
    // Two blocks of [1 own + 2 shared] rows × 1 column.
    let fixture = TapeFixture(parameters: [(6, 1, [1, 10, 100, 2, 20, 200]), (1, 2, [0.5, 0.25])])
    let weights = WeightBlocks(fixture.parameters[0], groups: 2)
    let own = fixture.tracked([3, 4], rows: 1)
    let shared = fixture.tracked([5, 6], rows: 1)
    let y = fixture.tape.linear(own, weights.part(0..<1), bias: fixture.parameters[1])
    fixture.tape.addLinear(LinearPart(shared, weights.part(1..<3, sharesInput: true)), to: y)
    // 1·3 + 10·5 + 100·6 + 1/2, and 2·4 + 20·5 + 200·6 + 1/4.
    #expect(y.values.array == [653.5, 1308.25])
    y.gradient.copy(from: [1, -1])
    fixture.tape.backward()
    #expect(own.gradient.array == [1, -2])
    #expect(shared.gradient.array == [-10, -100])
    #expect(fixture.gradient(of: fixture.parameters[0]) == [3, 5, 6, -4, -5, -6])
    #expect(fixture.gradient(of: fixture.parameters[1]) == [1, -1])
  }

  @Test(
    "shared parts of blocks", arguments: [1, 3, 17], [(1, 1, 1), (3, 5, 3), (8, 2, 17), (5, 16, 7)])
  func sharedParts(rows: Int, shape: (groups: Int, shared: Int, outputs: Int)) {
    let (groups, shared, outputs) = shape
    let check = GradientCheck(
      inputs: [.init(rows, groups * 2), .init(rows, shared)],
      parameters: [.init(groups * (2 + shared), outputs)]
    ) { tape, inputs, parameters in
      let weights = WeightBlocks(parameters[0], groups: groups)
      let y = tape.linear(inputs[0], weights.part(0..<2))
      tape.addLinear(LinearPart(inputs[1], weights.part(2..<2 + shared, sharesInput: true)), to: y)
      return [y]
    }
    #expect(check.relativeError(key: Key(seed: 6)) < tolerance)
  }

  @Test("constants get no gradient and pass none on")
  func constants() {
    let check = GradientCheck(
      inputs: [.init(3, 5)], parameters: [.init(10, 5)]
    ) { tape, inputs, parameters in
      let fixed = tape.constant((0..<15).map { Float($0) / 10 }, rows: 3, columns: 5)
      let weights = WeightBlocks(parameters[0])
      let first = tape.linear(fixed, weights.part(0..<5))
      tape.addLinear(LinearPart(inputs[0], weights.part(5..<10)), to: first)
      let second = tape.linear(inputs[0], weights.part(0..<5))
      tape.addLinear(LinearPart(fixed, weights.part(5..<10)), to: second)
      return [first, second]
    }
    #expect(check.relativeError(key: Key(seed: 4)) < tolerance)
  }

  @Test("a sweep after the weights have changed uses the new ones")
  func changedWeights() {
    // Twenty columns, so that the sweep works on a transposed copy.
    let values = [Float](repeating: 1, count: 20 * 20)
    let storage = Storage(values), gradients = Storage(count: values.count)
    let tape = Tape(arena: Arena(), values: storage.region, gradients: gradients.region)
    let weights = WeightBlocks(Parameter(offset: 0, rows: 20, columns: 20))
    for factor in [1, 3] as [Float] {
      storage.region.fill(factor)
      let x = tape.tensor(rows: 2, columns: 20, tracked: true)
      x.values.fill(1)
      let y = tape.linear(x, weights)
      y.gradient.fill(1)
      tape.backward()
      #expect(x.gradient.array == [Float](repeating: 20 * factor, count: 40))
      tape.reset()
    }
    withExtendedLifetime((storage, gradients)) {}
  }

  @Test("one weight used in a loop, at different numbers of rows", arguments: [1, 3])
  func repeated(groups: Int) {
    let check = GradientCheck(
      inputs: [.init(1, 6), .init(5, 6)], parameters: [.init(6, 6 / groups)]
    ) { tape, inputs, parameters in
      var x = inputs[0]
      let weights = WeightBlocks(parameters[0], groups: groups)
      for _ in 0..<3 { x = tape.linear(x, weights) }
      return [x, tape.linear(inputs[1], weights)]
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
        let y = fixture.tape.linear(
          x, WeightBlocks(fixture.parameters[0], groups: groups))
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
