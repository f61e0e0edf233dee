import Autodiff
import DensityKernels
import Distributions
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("Discretised logistic distributions, one for each number")
struct DiscretizedLogisticTests {
  private let grid = DiscretizedLogistic(levels: 256, floor: -8)

  /// The cells' numbers in [-1, 1].
  private static let values = (0..<256).map { Float($0) / 127.5 - 1 }

  private func distribution(
    _ mean: [Float], _ logScale: [Float], rows: Int, _ fixture: TapeFixture
  ) -> DiscretizedLogisticDistribution {
    DiscretizedLogisticDistribution(
      mean: fixture.tracked(mean, rows: rows), logScale: fixture.tracked(logScale, rows: rows),
      grid)
  }

  @Test("a cell's probability by hand: at the lower edge, inside and at the upper edge")
  func literal() {
    let fixture = TapeFixture()
    let x: [Float] = [-1, 1 / 127.5 - 1, 1]
    let found = distribution([0.1, -1, 0.2], [-1, -3, 0], rows: 3, fixture)
      .logProbability(of: fixture.tape.constant(x, rows: 3, columns: 1), fixture.tape)
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    let half = 1.0 / 255
    let lowest = log(sigmoid((-1 - 0.1 + half) * exp(1)))
    let inside = log(
      sigmoid((1 / 127.5 + half) * exp(3)) - sigmoid((1 / 127.5 - half) * exp(3)))
    let highest = log(1 - sigmoid(1 - 0.2 - half))
    #expect(
      largestError(found.values.array, [Float(lowest), Float(inside), Float(highest)]) < 1e-5)
  }

  @Test("probabilities of all cells sum to one", arguments: [-6, -3, -1, 0.5] as [Float])
  func sum(logScale: Float) {
    let fixture = TapeFixture()
    let found = distribution(
      .init(repeating: 0.3, count: 256), .init(repeating: logScale, count: 256), rows: 256, fixture
    ).logProbability(
      of: fixture.tape.constant(Self.values, rows: 256, columns: 1), fixture.tape)
    let total = found.values.array.reduce(0.0) { $0 + exp(Double($1)) }
    #expect(abs(total - 1) < 1e-4)
  }

  @Test("it is a mixture of one component in each number of a row")
  func mixture() {
    let fixture = TapeFixture()
    let mean: [Float] = [0.1, -0.7, 0.4, 0.9, -0.2, 0]
    let logScale: [Float] = [-2, -9, -4, 0, -1, -7.5]
    let x: [Float] = [-1, 0.2, 1, -0.4, 0.6, 0].map { ($0 * 127.5).rounded() / 127.5 }
    let own = distribution(mean, logScale, rows: 2, fixture)
    let result = own.logProbability(
      of: fixture.tape.constant(x, rows: 2, columns: 3), fixture.tape)
    let mixture = LogisticMixture(channels: 1, components: 1, levels: 256, floor: -8)
    let raw = fixture.tracked(zip(mean, logScale).flatMap { [0.5, $0, $1] }, rows: 6)
    let single = LogisticMixtureDistribution(raw, mixture).logProbability(
      of: fixture.tape.constant(x, rows: 6, columns: 1), fixture.tape)
    let sums = (0..<2).map { single.values.array[3 * $0..<3 * $0 + 3].reduce(0, +) }
    #expect(largestError(result.values.array, sums) < 1e-6)
    result.gradient.copy(from: [2, -1])
    single.gradient.copy(from: [2, 2, 2, -1, -1, -1])
    fixture.tape.backward()
    let expected = raw.gradient.array
    #expect(
      largestError(own.mean.gradient.array, (0..<6).map { expected[3 * $0 + 1] }) < 1e-6)
    #expect(
      largestError(own.logScale.gradient.array, (0..<6).map { expected[3 * $0 + 2] }) < 1e-6)
    // Below the floor.
    #expect(own.logScale.gradient[1] == 0)
  }

  @Test("gradients by finite differences", arguments: [(1, 1), (3, 5), (7, 2)])
  func gradients(rows: Int, columns: Int) {
    let x = (0..<rows * columns).map { Float($0 * 3 % 8) / 3.5 - 1 }
    let check = GradientCheck(inputs: [.init(rows, columns), .init(rows, columns)]) {
      tape, inputs, _ in
      let distribution = DiscretizedLogisticDistribution(
        mean: inputs[0], logScale: inputs[1], DiscretizedLogistic(levels: 8, floor: -8))
      return [
        distribution.logProbability(
          of: tape.constant(x, rows: rows, columns: columns), tape)
      ]
    }
    #expect(check.relativeError(key: Key(seed: 6)) < 2e-3)
  }

  /// The difference of the two sums and its derivatives, in double precision.
  @Test("no digit is lost where both sums of a cell are nearly the same")
  func tails() {
    let fixture = TapeFixture()
    let x: [Float] = [-90, -20, 0, 33, 101].map { $0 / 127.5 }
    let (mean, logScale): (Float, Float) = (0, -2)
    let found = distribution(
      .init(repeating: mean, count: 5), .init(repeating: logScale, count: 5), rows: 5, fixture)
    let result = found.logProbability(
      of: fixture.tape.constant(x, rows: 5, columns: 1), fixture.tape)
    result.gradient.fill(1)
    fixture.tape.backward()
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    func density(_ x: Double) -> Double { sigmoid(x) * sigmoid(-x) }
    for (index, x) in x.enumerated() {
      let (a, b) = (
        (Double(x) + 1.0 / 255) * exp(2), (Double(x) - 1.0 / 255) * exp(2)
      )
      let mass = sigmoid(a) - sigmoid(b)
      let slope = (density(a) - density(b)) / mass * exp(2)
      let spread = (a * density(a) - b * density(b)) / mass
      #expect(abs(Double(result.values[index]) - log(mass)) < 1e-6 * abs(log(mass)))
      #expect(abs(Double(found.mean.gradient[index]) + slope) < 1e-5)
      #expect(abs(Double(found.logScale.gradient[index]) + spread) < 1e-5)
    }
  }

  @Test("draws fall into cells as often as the likelihood says")
  func draws() {
    let fixture = TapeFixture()
    let count = 20_000
    let drawn = distribution(
      .init(repeating: 0.2, count: count), .init(repeating: -1.5, count: count), rows: count,
      fixture)
    let sample = drawn.sample(.random(Key(seed: 9), RowNumbering()), fixture.tape)
    let cells = sample.values.array.map { Int((($0 + 1) * 127.5).rounded()) }
    let likelihood = distribution(
      .init(repeating: 0.2, count: 256), .init(repeating: -1.5, count: 256), rows: 256, fixture
    ).logProbability(
      of: fixture.tape.constant(Self.values, rows: 256, columns: 1), fixture.tape)
    // Sixteen cells together, and five standard deviations of their count.
    for part in 0..<16 {
      let cellsOfPart = part * 16..<(part + 1) * 16
      let p = likelihood.values.array[cellsOfPart].reduce(0.0) { $0 + exp(Double($1)) }
      let found = Double(cells.count { cellsOfPart.contains($0) })
      let spread = (Double(count) * p * (1 - p)).squareRoot()
      #expect(abs(found - Double(count) * p) < 5 * spread + 1, "cells \(cellsOfPart)")
    }
  }

  @Test("a fixed draw is the mean and so many standard deviations, and none leaves the range")
  func fixed() {
    let fixture = TapeFixture()
    let drawn = distribution([0.25, 0.9, -0.5], [-3, 1, -20], rows: 1, fixture)
    #expect(largestError(drawn.mode(fixture.tape).values.array, [0.25, 0.9, -0.5]) < 1e-6)
    let value = drawn.sample(.fixed(deviations: 1), fixture.tape).values.array
    let deviation = Float.pi / Float(3).squareRoot()
    let expected: [Float] = [0.25 + deviation * exp(-3), 1, -0.5 + deviation * exp(-8)]
    #expect(largestError(value, expected) < 1e-5)
  }
}
