import Autodiff
import Distributions
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("policies on the tape")
struct PolicyTests {
  // MARK: categorical

  @Test(
    "log-probability and entropy of classes",
    arguments: [0] + oddSizes, [(1, 3), (1, 17), (3, 5), (33, 2)])
  func categorical(rows: Int, shape: (groups: Int, classes: Int)) {
    let columns = shape.groups * shape.classes
    for mix in [Float(0), 0.1] {
      let check = GradientCheck(inputs: [.init(rows, columns)]) { tape, inputs, _ in
        let distribution = CategoricalDistribution(
          logits: inputs[0], classes: shape.classes, mix: mix, tape)
        let action = tape.zeros(rows: rows, columns: columns)
        for group in 0..<rows * shape.groups {
          action.values[group * shape.classes + group % shape.classes] = 1
        }
        let terms = distribution.terms(at: action.values, tape)
        return [terms.logProbability, terms.entropy]
      }
      #expect(check.relativeError(key: Key(seed: 1)) < tolerance, "mix \(mix)")
    }
  }

  @Test("the entropy of equal logits is ln n, and with no mix probabilities are softmax")
  func categoricalLiteral() {
    for n in [2, 5, 7, 17] {
      let fixture = TapeFixture()
      let distribution = CategoricalDistribution(
        logits: fixture.tracked([Float](repeating: 0.3, count: n), rows: 1), classes: n,
        fixture.tape)
      let action = fixture.constants((0..<n).map { $0 == 1 ? 1 : 0 })
      let terms = distribution.terms(at: action, fixture.tape)
      let logarithm = Float(log(Double(n)))
      #expect(largestError(terms.entropy.values.array, [logarithm]) < 1e-6)
      #expect(largestError(terms.logProbability.values.array, [-logarithm]) < 1e-6)
    }
    let fixture = TapeFixture()
    let logits = fixture.tracked([0, 0.6931472, 1.6094379], rows: 1)
    for (mix, expected) in [(0, [0.125, 0.25, 0.625]), (0.4, [0.2083333, 0.2833333, 0.5083333])]
      as [(Float, [Float])]
    {
      let distribution = CategoricalDistribution(logits: logits, classes: 3, mix: mix, fixture.tape)
      #expect(largestError(distribution.probabilities.array, expected) < 1e-6)
    }
  }

  /// A collapsed policy must not turn into numbers that are none.
  @Test("logits far apart give finite terms and gradients", arguments: [Float(0), 0.1])
  func farApart(mix: Float) {
    let fixture = TapeFixture()
    let logits = fixture.tracked([0, 300, -300, 0, 300, -300], rows: 2)
    let distribution = CategoricalDistribution(logits: logits, classes: 3, mix: mix, fixture.tape)
    let action = fixture.constants([0, 1, 0, 0, 0, 1])
    let terms = distribution.terms(at: action, fixture.tape)
    terms.logProbability.gradient.fill(-10)
    terms.entropy.gradient.fill(-3e-4)
    fixture.tape.backward()
    #expect(terms.logProbability.values.isFinite && terms.entropy.values.isFinite)
    #expect(logits.gradient.isFinite)
    #expect(abs(terms.logProbability.values[0]) < 0.1)
    if mix == 0 {
      // -10 (action - p): the second row is pulled away from its mode.
      #expect(largestError(logits.gradient.array, [0, 0, 0, 0, 10, -10]) < 1e-3)
    }
  }

  // MARK: bounded normal

  @Test("log-density and entropy of bounded normals", arguments: [0] + oddSizes, oddSizes)
  func boundedNormal(rows: Int, columns: Int) {
    let shape = GradientCheck.Shape(rows, columns)
    let check = GradientCheck(inputs: [shape, shape]) { tape, inputs, _ in
      let distribution = BoundedNormalDistribution(
        inputs[0], inputs[1], bounds: BoundedNormal(minimum: 0.1, maximum: 1), tape)
      let action = tape.constant(
        (0..<rows * columns).map { Float(sin(Double($0))) }, rows: rows, columns: columns)
      let terms = distribution.terms(at: action.values, tape)
      return [terms.logProbability, terms.entropy]
    }
    #expect(check.relativeError(key: Key(seed: 2)) < tolerance)
  }

  /// With m = 0 and s = 0: mean 0, deviation 0.9 σ(2) + 0.1 = 0.8927174. At an action of 1 the
  /// density is -1/2 · (1 / 0.8927174)² - 0.9189385 - ln 0.8927174 = -1.4328497, and the entropy is
  /// 0.9189385 + 0.5 + ln 0.8927174 = 1.3054533.
  @Test("the standard deviation starts at 0.893")
  func boundedNormalLiteral() {
    let fixture = TapeFixture()
    let distribution = BoundedNormalDistribution(
      fixture.tracked([0, 0], rows: 1), fixture.tracked([0, 0], rows: 1),
      bounds: BoundedNormal(minimum: 0.1, maximum: 1), fixture.tape)
    let sample = distribution.sample(.fixed(deviations: 2), fixture.tape)
    #expect(largestError(sample.values.array, [2 * 0.8927174, 2 * 0.8927174]) < 1e-6)
    let terms = distribution.terms(at: fixture.constants([1, 1]), fixture.tape)
    #expect(largestError(terms.logProbability.values.array, [2 * -1.4328497]) < 1e-6)
    #expect(largestError(terms.entropy.values.array, [2 * 1.3054533]) < 1e-6)
  }

  @Test("samples are neither squashed nor clipped")
  func samples() {
    let fixture = TapeFixture()
    let rows = 10_000
    let distribution = BoundedNormalDistribution(
      fixture.tracked([Float](repeating: 20, count: rows), rows: rows),
      fixture.tracked([Float](repeating: 20, count: rows), rows: rows),
      bounds: BoundedNormal(minimum: 0.1, maximum: 1), fixture.tape)
    let actions = distribution.sample(.random(Key(seed: 4), RowNumbering()), fixture.tape).values
    // Mean tanh(20) = 1 and deviation 1.
    let mean = actions.sum / Double(rows)
    #expect(abs(mean - 1) < 0.05)
    #expect(abs(actions.sumOfSquares / Double(rows) - mean * mean - 1) < 0.05)
    #expect(actions.array.contains { $0 > 3 })
  }
}
