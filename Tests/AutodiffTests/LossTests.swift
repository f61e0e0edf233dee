import Autodiff
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("losses on the tape")
struct LossTests {
  @Test("squared errors", arguments: [0] + oddSizes, oddSizes)
  func squaredError(rows: Int, columns: Int) {
    let check = GradientCheck(inputs: [.init(rows, columns)]) { tape, inputs, _ in
      let target = tape.constant(
        (0..<rows * columns).map { Float($0 % 7) - 3 }, rows: rows, columns: columns)
      return [tape.squaredError(inputs[0], target: target.values)]
    }
    #expect(check.relativeError(key: Key(seed: 4)) < tolerance)
  }

  @Test("the squared error is a sum over columns with no factor of a half")
  func squaredErrorLiteral() {
    let fixture = TapeFixture()
    let loss = fixture.tape.squaredError(
      fixture.tracked([1, 2, 0, 0], rows: 2), target: fixture.constants([0, 4, 0, 3]))
    #expect(loss.values.array == [5, 9])
  }
}
