import Autodiff
import Distributions
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("normal distributions with a full covariance")
struct FullNormalTests {
  static let sizes = [1, 2, 3, 5, 17]

  private func shapes(_ rows: Int, _ size: Int) -> [GradientCheck.Shape] {
    [.init(rows, size), .init(rows, size * (size - 1) / 2, magnitude: 0.3), .init(rows, size)]
  }

  private func normal(_ inputs: ArraySlice<Tensor>, _ tape: Tape) -> FullNormalDistribution {
    let first = inputs.startIndex
    return FullNormalDistribution(
      mean: inputs[first], lower: inputs[first + 1],
      diagonal: tape.deviation(of: inputs[first + 2], .softplus(minimum: 0.3)))
  }

  @Test("a draw's gradient", arguments: [0, 1, 3], sizes)
  func draws(rows: Int, size: Int) {
    let check = GradientCheck(inputs: shapes(rows, size)) { tape, inputs, _ in
      let z = tape.tensor(rows: rows, columns: size, tracked: true)
      normal(inputs[...], tape).sample(.random(Key(seed: 3), RowNumbering()), into: z, tape)
      return [z]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < tolerance)
  }

  @Test("log-density, with a value that is tracked, and entropy", arguments: [0, 1, 3], sizes)
  func density(rows: Int, size: Int) {
    let check = GradientCheck(inputs: shapes(rows, size) + [.init(rows, size)]) { tape, inputs, _ in
      let distribution = normal(inputs[...], tape)
      return [distribution.logProbability(of: inputs[3], tape), distribution.entropy(tape)]
    }
    #expect(check.relativeError(key: Key(seed: 2)) < tolerance)
  }

  @Test("the divergence trains either side alone", arguments: [0, 1, 3], sizes)
  func divergence(rows: Int, size: Int) {
    for error in divergenceErrors(shapes(rows, size), { normal($1[...], $0) }) {
      #expect(error < tolerance)
    }
  }

  /// L = (2 0; 1 3): the covariance is (4 2; 2 10). From (1, -1) by noise (1, 2) comes (3, 6). There
  /// u = (1, 2), so the density is -5/2 - ln 6 - ln 2π.
  @Test("by hand")
  func literal() {
    let fixture = TapeFixture()
    let distribution = FullNormalDistribution(
      mean: fixture.tracked([1, -1], rows: 1), lower: fixture.tracked([1], rows: 1),
      diagonal: fixture.tracked([2, 3], rows: 1))
    let z = fixture.tape.tensor(rows: 1, columns: 2, tracked: true)
    distribution.sample(noise: fixture.constants([1, 2]), into: z, fixture.tape)
    #expect(z.values.array == [3, 6])
    let density = distribution.logProbability(of: z, fixture.tape)
    #expect(largestError(density.values.array, [-6.1296365]) < 1e-6)
    #expect(distribution.mode(fixture.tape).values.array == [1, -1])
    // ln 6 + 1 + ln 2π.
    #expect(largestError(distribution.entropy(fixture.tape).values.array, [4.6296365]) < 1e-6)
  }

  @Test("with nothing below the diagonal it is the diagonal normal")
  func diagonal() {
    let fixture = TapeFixture()
    let (mean, deviation) = (
      fixture.tracked([1, 2, -1, 0.5, 0, 3], rows: 2),
      fixture.tracked([1, 0.5, 2, 0.7, 1.5, 1], rows: 2)
    )
    let zeros = fixture.tracked([0, 0, 0, 0, 0, 0], rows: 2)
    let full = FullNormalDistribution(mean: mean, lower: zeros, diagonal: deviation)
    let diagonal = NormalDistribution(mean: mean, deviation: deviation)
    let x = fixture.tracked([0, 1, 2, 3, 4, 5], rows: 2)
    let tape = fixture.tape
    #expect(
      largestError(
        full.logProbability(of: x, tape).values.array,
        diagonal.logProbability(of: x, tape).values.array) < 1e-6)
    #expect(
      largestError(full.entropy(tape).values.array, diagonal.entropy(tape).values.array) < 1e-6)
    let draw = Draw.random(Key(seed: 1), RowNumbering())
    #expect(full.sample(draw, tape).values.array == diagonal.sample(draw, tape).values.array)
  }

  @Test("constants get no gradient, and what is tracked gets the same beside them")
  func constants() {
    func gradient(isTracked: Bool) -> [Float] {
      let fixture = TapeFixture()
      func tensor(_ values: [Float]) -> Tensor {
        let tensor = fixture.tracked(values, rows: 1)
        return isTracked ? tensor : tensor.stopped
      }
      let mean = fixture.tracked([1, 2], rows: 1)
      let distribution = FullNormalDistribution(
        mean: mean, lower: tensor([0.5]), diagonal: tensor([1, 2]))
      let prior = FullNormalDistribution(
        mean: tensor([0, 0]), lower: tensor([0.1]), diagonal: tensor([1, 1]))
      distribution.divergence(from: prior, fixture.tape).trainingFirst.gradient.fill(1)
      distribution.logProbability(of: tensor([3, 3]), fixture.tape).gradient.fill(1)
      fixture.tape.backward()
      return mean.gradient.array
    }
    #expect(gradient(isTracked: true) == gradient(isTracked: false))
    #expect(gradient(isTracked: false).contains { $0 != 0 })
  }
}
