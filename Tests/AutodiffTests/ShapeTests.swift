import Autodiff
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("operations that move numbers")
struct ShapeTests {
  @Test("concatenation", arguments: [0] + oddSizes, oddSizes)
  func concatenation(rows: Int, columns: Int) {
    let check = GradientCheck(inputs: [.init(rows, columns), .init(rows, 3)]) { tape, inputs, _ in
      // The first part is used twice, so its gradients add up.
      let y = tape.concatenate(inputs[0], inputs[1])
      return [y, tape.concatenate(y, inputs[0])]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < tolerance)
  }

  @Test("concatenation puts the columns of a before those of b")
  func concatenationLiteral() {
    let fixture = TapeFixture()
    let (a, b) = (fixture.tracked([1, 2], rows: 2), fixture.tracked([3, 4, 5, 6], rows: 2))
    #expect(fixture.tape.concatenate(a, b).values.array == [1, 3, 4, 2, 5, 6])
  }

  @Test("concatenation of constants is a constant, and of one constant passes the other's gradient")
  func concatenationOfConstants() {
    let fixture = TapeFixture()
    let (a, b) = (fixture.tracked([1, 2], rows: 1), fixture.tracked([3], rows: 1))
    #expect(!fixture.tape.concatenate(a.stopped, b.stopped).isTracked)
    let y = fixture.tape.concatenate(a.stopped, b)
    y.gradient.copy(from: [1, 2, 3])
    fixture.tape.backward()
    #expect(a.gradient.array == [0, 0])
    #expect(b.gradient.array == [3])
  }

  @Test("copies into slices", arguments: [0] + oddSizes)
  func copies(rows: Int) {
    let check = GradientCheck(inputs: [.init(rows, 5), .init(rows, 5)]) { tape, inputs, _ in
      let whole = tape.tensor(rows: 2 * rows, columns: 5, tracked: true)
      tape.copy(inputs[0], into: whole.rows(0..<rows))
      tape.copy(inputs[1], into: whole.rows(rows..<2 * rows))
      return [whole.reshaped(rows: rows, columns: 10)]
    }
    #expect(check.relativeError(key: Key(seed: 3)) < tolerance)
  }

  @Test("rows scaled by constants", arguments: [0] + oddSizes, oddSizes)
  func scaledRows(rows: Int, columns: Int) {
    let check = GradientCheck(inputs: [.init(rows, columns)]) { tape, inputs, _ in
      let factors = tape.constant((0..<rows).map { Float($0 % 3) - 0.5 }, rows: rows, columns: 1)
      return [tape.scaleRows(inputs[0], by: factors.values)]
    }
    #expect(check.relativeError(key: Key(seed: 4)) < tolerance)
  }

  @Test("a factor of zero forgets a row, also its gradient")
  func forgets() {
    let fixture = TapeFixture()
    let x = fixture.tracked([1, 2, 3, 4], rows: 2)
    let y = fixture.tape.scaleRows(x, by: fixture.constants([0, 1]))
    #expect(y.values.array == [0, 0, 3, 4])
    y.gradient.fill(1)
    fixture.tape.backward()
    #expect(x.gradient.array == [0, 0, 1, 1])
  }
}
