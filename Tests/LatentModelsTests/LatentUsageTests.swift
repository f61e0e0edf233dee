import Foundation
import LatentModels
import Testing

@Suite("The use that is made of latents")
struct LatentUsageTests {
  /// Two latents of two classes in four rows: the first is one class in half of the rows and the other
  /// in the rest, the second is always the same.
  private let usage = Self.usage(
    [
      1, 0, 0.99, 0.01,
      0, 1, 0.99, 0.01,
      1, 0, 0.99, 0.01,
      0, 1, 0.99, 0.01,
    ], latents: 2, classes: 2)

  private static func usage(_ probabilities: [Float], latents: Int, classes: Int) -> LatentUsage {
    CategoricalLatent(count: latents, classes: classes, unimix: 0).usage(of: probabilities)
  }

  @Test("a latent's activity is the variance of its probabilities, summed over its classes")
  func activity() {
    #expect(usage.activity[0] == 0.5)
    #expect(abs(usage.activity[1]) < 1e-6)
    #expect(usage.activeCount == 1)
  }

  @Test("a variance of 0.01 is the least of an active latent")
  func threshold() {
    // Both classes vary by ±d about 1/2: the activity is 2 d².
    for (deviation, active) in [(0.072, 1), (0.070, 0)] as [(Float, Int)] {
      let usage = Self.usage(
        [0.5 + deviation, 0.5 - deviation, 0.5 - deviation, 0.5 + deviation],
        latents: 1, classes: 2)
      #expect(usage.activeCount == active)
    }
  }

  @Test("the perplexity is exp of the mean code's entropy, from 1 to the number of classes")
  func perplexity() {
    let constant = -0.99 * log(0.99) - 0.01 * log(0.01)
    #expect(abs(usage.codes!.perplexity - Float((2 + exp(constant)) / 2)) < 1e-5)
    let even = Self.usage([0.25, 0.25, 0.25, 0.25], latents: 1, classes: 4)
    #expect(abs(even.codes!.perplexity - 4) < 1e-5)
    #expect(Self.usage([1, 0, 0], latents: 1, classes: 3).codes!.perplexity == 1)
  }

  @Test("classes are dead that are meant less than a tenth as often as if all were meant equally")
  func dead() {
    #expect(usage.codes!.deadShare == 0.25)
    // A tenth of 1/4 is 0.025.
    let four = Self.usage([0.9, 0.05, 0.026, 0.024], latents: 1, classes: 4)
    #expect(four.codes!.deadShare == 0.25)
  }

  @Test("marginals are means over rows")
  func marginals() {
    let usage = Self.usage([0.25, 0.75, 0.75, 0.25], latents: 1, classes: 2)
    #expect(usage.codes!.marginals == [0.5, 0.5])
  }

  /// Means of 0 and 1 by turns, and of 5 always.
  @Test("a Gaussian latent's activity is the variance of its mean, and it has no codes")
  func gaussian() {
    let usage = GaussianLatent(count: 2).usage(of: [0, 5, 1, 1, 1, 5, 2, 2, 0, 5, 1, 1, 1, 5, 3, 3])
    #expect(usage.activity == [0.25, 0])
    #expect(usage.activeCount == 1)
    #expect(usage.codes == nil)
  }
}
