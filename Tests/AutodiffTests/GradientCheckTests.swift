import Autodiff
import Randomness
import TestSupport
import Testing

/// The tolerance of all comparisons with finite differences.
let tolerance = 2e-3

/// Odd shapes: single rows and columns, less than a vector, one more than one and two vectors.
let oddSizes = [1, 3, 5, 17, 33]

@Suite("the gradient checker")
struct GradientCheckTests {
  /// A product whose gradient is scaled: `copy` adds the output's gradient to `x`, so `x` gets
  /// `factor` times what it should where the output's values are `factor` times smaller.
  static func scaledProduct(by factor: Float) -> GradientCheck {
    GradientCheck(inputs: [.init(3, 5)], parameters: [.init(5, 7)]) { tape, inputs, parameters in
      let y = tape.linear(inputs[0], WeightBlocks(parameters[0]))
      let out = tape.tensor(rows: y.rows, columns: y.columns, tracked: true)
      tape.copy(y, into: out)
      out.values.scale(by: 1 / factor)
      return [out]
    }
  }

  @Test("it accepts a right pullback", arguments: 0..<5)
  func accepts(seed: UInt64) {
    #expect(Self.scaledProduct(by: 1).relativeError(key: Key(seed: seed)) < 1e-4)
  }

  @Test("it catches a pullback scaled by 1.05", arguments: 0..<5)
  func catches(seed: UInt64) {
    let error = Self.scaledProduct(by: 1.05).relativeError(key: Key(seed: seed))
    #expect(abs(error - 0.05) < 1e-3)
    #expect(error > tolerance)
  }

  @Test("it catches a pullback that forgets one input")
  func forgotten() {
    let check = GradientCheck(inputs: [.init(3, 5), .init(3, 5)]) { tape, inputs, _ in
      [tape.concatenate(inputs[0], inputs[1].stopped)]
    }
    #expect(check.relativeError(key: Key(seed: 1)) > tolerance)
  }

  @Test("a constant has no slope")
  func constant() {
    let check = GradientCheck(inputs: [.init(2, 2)]) { tape, inputs, _ in
      let y = tape.tensor(rows: 2, columns: 2, tracked: true)
      y.values.fill(3)
      return [y]
    }
    #expect(check.relativeError(key: Key(seed: 1)) == 0)
  }
}
