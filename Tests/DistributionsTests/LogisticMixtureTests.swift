import Autodiff
import DensityKernels
import Distributions
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("mixtures of discretised logistics")
struct LogisticMixtureTests {
  /// Values on a grid of so many levels.
  private func grid(_ count: Int, levels: Int) -> [Float] {
    (0..<count).map { Float(2 * ($0 * 7 % levels)) / Float(levels - 1) - 1 }
  }

  @Test("log-probability", arguments: [0, 1, 3, 17], [(1, 1), (1, 5), (3, 1), (3, 3)])
  func density(rows: Int, shape: (channels: Int, components: Int)) {
    let mixture = LogisticMixture(
      channels: shape.channels, components: shape.components, levels: 16, floor: -7)
    let check = GradientCheck(inputs: [.init(rows, mixture.width)]) { tape, inputs, _ in
      let value = tape.constant(
        grid(rows * shape.channels, levels: 16), rows: rows, columns: shape.channels)
      return [
        LogisticMixtureDistribution(inputs[0], mixture).logProbability(of: value, tape)
      ]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < tolerance)
  }

  @Test("the probabilities of all levels sum to one")
  func mass() {
    let fixture = TapeFixture()
    for levels in [2, 5, 256] {
      let mixture = LogisticMixture(channels: 1, components: 2, levels: levels, floor: -7)
      let values = (0..<levels).map { Float(2 * $0) / Float(levels - 1) - 1 }
      // Logits, means and log-scales that put mass inside, at an end and beyond it.
      let raw = fixture.tracked(
        values.flatMap { _ in [0.3, -0.5, 0.2, 1.1, -2, -1] as [Float] }, rows: levels)
      let logs = LogisticMixtureDistribution(raw, mixture)
        .logProbability(of: fixture.tracked(values, rows: levels).stopped, fixture.tape)
      let sum = logs.values.array.reduce(0.0) { $0 + exp(Double($1)) }
      #expect(abs(sum - 1) < 1e-5, "\(levels) levels")
    }
  }

  /// One component with mean 0 and scale 1, three levels: the middle one reaches from -1/2 to 1/2, with
  /// the probability 2 σ(1/2) - 1.
  @Test("by hand")
  func literal() {
    let fixture = TapeFixture()
    let mixture = LogisticMixture(channels: 1, components: 1, levels: 3, floor: -7)
    let raw = fixture.tracked([0, 0, 0, 0, 0, 0, 0, 0, 0], rows: 3)
    let logs = LogisticMixtureDistribution(raw, mixture)
      .logProbability(of: fixture.tracked([-1, 0, 1], rows: 3).stopped, fixture.tape)
    #expect(largestError(logs.values.array, [-0.9740770, -1.4068291, -0.9740770]) < 1e-6)
  }

  @Test("a scale at its floor has no gradient")
  func floor() {
    let fixture = TapeFixture()
    let mixture = LogisticMixture(channels: 1, components: 1, levels: 256, floor: -3)
    let raw = fixture.tracked([0, 0.1, -5], rows: 1)
    LogisticMixtureDistribution(raw, mixture)
      .logProbability(of: fixture.tracked([0.2], rows: 1).stopped, fixture.tape)
      .gradient.fill(1)
    fixture.tape.backward()
    #expect(raw.gradient[1] != 0)
    #expect(raw.gradient[2] == 0)
  }

  /// The shares of draws in the grid's cells are their probabilities.
  @Test("draws have the probabilities of their cells")
  func draws() {
    let fixture = TapeFixture()
    let (rows, levels) = (20_000, 5)
    let mixture = LogisticMixture(channels: 1, components: 2, levels: levels, floor: -7)
    let parameters: [Float] = [0.5, -0.5, -0.4, 0.6, -1.5, -2]
    let raw = fixture.tracked((0..<rows).flatMap { _ in parameters }, rows: rows)
    let distribution = LogisticMixtureDistribution(raw, mixture)
    let draws = distribution.sample(.random(Key(seed: 2), RowNumbering()), fixture.tape)
    var counts = [Int](repeating: 0, count: levels)
    for draw in draws.values.array { counts[Int(((draw + 1) * 2).rounded())] += 1 }
    let values = (0..<levels).map { Float($0) / 2 - 1 }
    let logs = LogisticMixtureDistribution(raw.rows(0..<levels), mixture)
      .logProbability(of: fixture.tracked(values, rows: levels).stopped, fixture.tape)
    for (count, log) in zip(counts, logs.values.array) {
      let expected = Double(rows) * exp(Double(log))
      #expect(abs(Double(count) - expected) < 5 * expected.squareRoot() + 1, "\(counts)")
    }
    #expect(distribution.mode(fixture.tape).values.array.allSatisfy { abs($0 + 0.4) < 1e-6 })
  }
}
