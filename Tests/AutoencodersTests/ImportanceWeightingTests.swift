import Autodiff
import Autoencoders
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("Bounds from several draws")
struct ImportanceWeightingTests {
  /// Two images of three draws: weights 1, 2, 3 and, with a common factor of e⁹⁰⁰ that single precision
  /// does not hold, 4, 4, 4.
  private static let weights: [Float] =
    [1, 2, 3].map { log($0) } + [4, 4, 4].map { log($0) + 900 }

  @Test("a bound is the logarithm of the mean weight, however large the weights")
  func literal() {
    let fixture = TapeFixture()
    let result = fixture.tape.importanceBound(
      fixture.tracked(Self.weights, rows: 6), samples: 3)
    #expect(largestError(result.bound.values.array, [log(2), log(4) + 900]) < 1e-6)
    let third: Float = 1.0 / 3
    let shares: [Float] = [third / 2, third, 0.5, third, third, third]
    #expect(largestError(result.shares.values.array, shares) < 1e-6)
    // 1 / (1/36 + 4/36 + 9/36), and three that weigh the same.
    #expect(largestError(result.effectiveSamples, [36.0 / 14, 3]) < 1e-6)
  }

  @Test("the first draw alone gives the evidence lower bound, and more a tighter one on average")
  func first() {
    let fixture = TapeFixture()
    let weights = fixture.tracked(Self.weights, rows: 6)
    func bounds(_ first: Int) -> [Float] {
      fixture.tape.importanceBound(weights, samples: 3, first: first).bound.values.array
    }
    #expect(largestError(bounds(1), [0, log(4) + 900]) < 1e-6)
    #expect(largestError(bounds(2), [log(1.5), log(4) + 900]) < 1e-6)
  }

  @Test("one draw of all the weight is as good as one")
  func degenerate() {
    let fixture = TapeFixture()
    let result = fixture.tape.importanceBound(
      fixture.tracked([0, -200, -300, -400], rows: 4), samples: 4)
    #expect(result.effectiveSamples == [1])
    #expect(largestError(result.bound.values.array, [-log(4)]) < 1e-6)
  }

  @Test(
    "gradients go to the weights by their shares", arguments: [(1, 1), (3, 5), (7, 2), (2, 17)])
  func gradients(images: Int, samples: Int) {
    let check = GradientCheck(inputs: [.init(images * samples, 1)]) { tape, inputs, _ in
      [tape.importanceBound(inputs[0], samples: samples).bound]
    }
    #expect(check.relativeError(key: Key(seed: 3)) < 1e-3)
    let part = GradientCheck(inputs: [.init(images * samples, 1)]) { tape, inputs, _ in
      [tape.importanceBound(inputs[0], samples: samples, first: (samples + 1) / 2).bound]
    }
    #expect(part.relativeError(key: Key(seed: 4)) < 1e-3)
  }

  @Test("rows are repeated side by side, and their gradients are summed")
  func repeated() {
    let fixture = TapeFixture()
    let x = fixture.tracked([1, 2, 3, 4], rows: 2)
    let y = fixture.tape.repeatRows(x, times: 3)
    #expect(y.values.array == [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4])
    y.gradient.copy(from: (0..<12).map { Float($0) })
    fixture.tape.backward()
    #expect(x.gradient.array == [6, 9, 24, 27])
  }

  @Test("repeated rows by finite differences", arguments: [(1, 1, 4), (3, 5, 2), (5, 1, 3)])
  func repeatedGradients(rows: Int, columns: Int, times: Int) {
    let check = GradientCheck(inputs: [.init(rows, columns)]) { tape, inputs, _ in
      [tape.repeatRows(inputs[0], times: times)]
    }
    #expect(check.relativeError(key: Key(seed: 5)) < 1e-3)
  }
}
