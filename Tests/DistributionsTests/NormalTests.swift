import Autodiff
import Distributions
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("normal distributions on the tape")
struct NormalTests {
  static let maps: [DeviationMap] = [
    .softplus(minimum: 0.1), .sigmoid2(minimum: 0.1), .exponential, .halfExponential,
  ]

  /// A distribution with tracked moments, whose deviations are made of the second tensor.
  private func normal(
    _ mean: Tensor, _ raw: Tensor, _ tape: Tape, _ map: DeviationMap = .softplus(minimum: 0.1)
  ) -> NormalDistribution {
    NormalDistribution(mean: mean, deviation: tape.deviation(of: raw, map))
  }

  @Test("deviations of numbers, by hand")
  func deviations() {
    let fixture = TapeFixture()
    let x = fixture.tracked([0, 2, -200, 200], rows: 1)
    func values(_ map: DeviationMap) -> [Float] { fixture.tape.deviation(of: x, map).values.array }
    // ln 2 and ln (1 + e²); beyond what e to the x can hold.
    #expect(
      largestError(values(.softplus(minimum: 0.1)), [0.7931472, 2.2269281, 0.1, 200.1]) < 1e-6)
    // 2 σ(0) and 2 σ(1).
    #expect(largestError(values(.sigmoid2(minimum: 0.1)), [1.1, 1.5621172, 0.1, 2.1]) < 1e-6)
    let some = fixture.tracked([0, 0.6931472], rows: 1)
    #expect(
      largestError(fixture.tape.deviation(of: some, .exponential).values.array, [1, 2]) < 1e-6)
    #expect(
      largestError(fixture.tape.deviation(of: some, .halfExponential).values.array, [1, 1.4142136])
        < 1e-6)
  }

  @Test("slopes of deviations", arguments: maps)
  func deviationSlopes(map: DeviationMap) {
    let check = GradientCheck(inputs: [.init(5, 17)]) { tape, inputs, _ in
      [tape.deviation(of: inputs[0], map)]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < tolerance)
  }

  @Test(
    "a draw's gradient goes to the mean and, times the noise, to the deviation",
    arguments: [0] + oddSizes, oddSizes)
  func draws(rows: Int, columns: Int) {
    let shape = GradientCheck.Shape(rows, columns)
    let check = GradientCheck(inputs: [shape, shape]) { tape, inputs, _ in
      let z = tape.tensor(rows: rows, columns: columns, tracked: true)
      normal(inputs[0], inputs[1], tape).sample(
        .random(Key(seed: 3), RowNumbering()), into: z, tape)
      return [z]
    }
    #expect(check.relativeError(key: Key(seed: 2)) < tolerance)
  }

  @Test(
    "log-density, with a value that is tracked, and entropy",
    arguments: [0] + oddSizes, oddSizes)
  func terms(rows: Int, columns: Int) {
    let shape = GradientCheck.Shape(rows, columns)
    let check = GradientCheck(inputs: [shape, shape, shape]) { tape, inputs, _ in
      let distribution = normal(inputs[0], inputs[1], tape)
      return [
        distribution.logProbability(of: inputs[2], tape), distribution.entropy(tape),
      ]
    }
    #expect(check.relativeError(key: Key(seed: 3)) < tolerance)
  }

  @Test("the divergence trains either side alone", arguments: [0] + oddSizes, [1, 17])
  func divergence(rows: Int, columns: Int) {
    let shape = GradientCheck.Shape(rows, columns)
    for error in divergenceErrors([shape, shape], { normal($1[0], $1[1], $0) }) {
      #expect(error < tolerance)
    }
  }

  /// N(1, 2²) and N(0, 1): ½ (4 + 1 - 1) - ln 2; the other way ½ (1/4 + 1/4 - 1) + ln 2. The density of
  /// N(1, 2²) at 3 is -½ - ln 2 - ½ ln 2π, its entropy ½ ln 2πe + ln 2.
  @Test("by hand")
  func literal() {
    let fixture = TapeFixture()
    let tape = fixture.tape
    func normal(_ mean: Float, _ deviation: Float) -> NormalDistribution {
      NormalDistribution(
        mean: fixture.tracked([mean], rows: 1), deviation: fixture.tracked([deviation], rows: 1))
    }
    let (p, q) = (normal(1, 2), normal(0, 1))
    #expect(
      largestError(p.divergence(from: q, tape).trainingFirst.values.array, [1.3068528]) < 1e-6)
    #expect(
      largestError(q.divergence(from: p, tape).trainingSecond.values.array, [0.4431472]) < 1e-6)
    let density = p.logProbability(of: fixture.tracked([3], rows: 1), tape)
    #expect(largestError(density.values.array, [-2.1120857]) < 1e-6)
    #expect(largestError(p.entropy(tape).values.array, [2.1120857]) < 1e-6)
    #expect(p.mode(tape).values.array == [1])
    #expect(p.sample(.fixed(deviations: -1.5), tape).values.array == [-2])
    #expect(p.divergence(from: p, tape).trainingFirst.values.array == [0])
  }

  @Test("draws have the mean and the deviation, and are addressed by the row's number")
  func moments() {
    let fixture = TapeFixture()
    let rows = 10_000
    let distribution = NormalDistribution(
      mean: fixture.tracked(.init(repeating: 3, count: rows), rows: rows),
      deviation: fixture.tracked(.init(repeating: 0.5, count: rows), rows: rows))
    let key = Key(seed: 5)
    let draws = distribution.sample(.random(key, RowNumbering()), fixture.tape).values
    let mean = draws.sum / Double(rows)
    #expect(abs(mean - 3) < 0.02)
    #expect(abs(draws.sumOfSquares / Double(rows) - mean * mean - 0.25) < 0.015)
    let part = NormalDistribution(
      mean: distribution.mean.rows(0..<2), deviation: distribution.deviation.rows(0..<2))
    let later = part.sample(.random(key, RowNumbering(start: 700)), fixture.tape)
    #expect(later.values.array == draws.slice(700, count: 2).array)
  }

  private static func bounded(_ tape: Tape, _ inputs: [Tensor]) -> BoundedNormalDistribution {
    BoundedNormalDistribution(
      inputs[0], inputs[1], bounds: BoundedNormal(minimum: 0.1, maximum: 1), tape)
  }

  @Test("a draw of a bounded normal and its divergence have gradients too", arguments: oddSizes)
  func bounded(columns: Int) {
    let shape = GradientCheck.Shape(3, columns)
    let draw = GradientCheck(inputs: [shape, shape]) { tape, inputs, _ in
      let z = tape.tensor(rows: 3, columns: columns, tracked: true)
      Self.bounded(tape, inputs).sample(.random(Key(seed: 3), RowNumbering()), into: z, tape)
      return [z]
    }
    #expect(draw.relativeError(key: Key(seed: 6)) < tolerance)
    for error in divergenceErrors([shape, shape], Self.bounded) { #expect(error < tolerance) }
  }
}
