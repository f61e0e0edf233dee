import Autodiff
import Autoencoders
import Foundation
import TestSupport
import Testing

@Suite("The optimal variance of reconstructions")
struct OptimalVarianceTests {
  @Test("it is the mean squared error, of a batch in parts as of the whole")
  func literal() {
    let fixture = TapeFixture()
    var whole = OptimalVariance()
    whole.add(
      fixture.tracked([1, 2, 3, 4, 5, 6], rows: 2), target: fixture.constants([0, 2, 5, 4, 4, 6]),
      fixture.tape)
    #expect(whole.variance == 1)
    var (first, second) = (OptimalVariance(), OptimalVariance())
    first.add(
      fixture.tracked([1, 2, 3], rows: 1), target: fixture.constants([0, 2, 5]), fixture.tape)
    second.add(
      fixture.tracked([4, 5, 6], rows: 1), target: fixture.constants([4, 4, 6]), fixture.tape)
    first.add(second)
    #expect(first == whole)
  }

  @Test("no other variance makes the pixels likelier, and the loss does not change with it there")
  func optimum() {
    let fixture = TapeFixture()
    let x = fixture.constants([0, 2, 5, 4, 4, 6])
    let mean = fixture.tracked([1, 2, 3, 4, 5, 6], rows: 2)
    /// The log-density of everything, with so many times the optimal variance.
    func density(_ factor: Double) -> Double {
      let (errors, count, variance) = (6.0, 6.0, factor)
      return -errors / (2 * variance) - count / 2 * log(2 * .pi * variance)
    }
    var optimum = OptimalVariance()
    optimum.add(mean, target: x, fixture.tape)
    let result = optimum.distribution(mean: mean, fixture.tape).logProbability(
      of: fixture.tape.constant(x.array, rows: 2, columns: 3), fixture.tape)
    #expect(abs(result.values.sum - density(1)) < 1e-5)
    #expect(density(1) > density(0.99) && density(1) > density(1.01))
    // (x - m) / σ² at the means, as of a variance that is given.
    result.gradient.fill(1)
    fixture.tape.backward()
    #expect(mean.gradient.array == [-1, 0, 2, 0, -1, 0])
  }

  @Test("what is reconstructed without error has the least variance, and not none")
  func perfect() {
    let fixture = TapeFixture()
    let mean = fixture.tracked([1, 2], rows: 1)
    var optimum = OptimalVariance()
    optimum.add(mean, target: fixture.constants([1, 2]), fixture.tape)
    #expect(optimum.variance == 0)
    let distribution = optimum.distribution(mean: mean, least: 0.25, fixture.tape)
    #expect(distribution.deviation.values.array == [0.5, 0.5])
  }
}
