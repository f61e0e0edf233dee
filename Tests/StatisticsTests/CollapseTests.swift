import Foundation
import Randomness
import Statistics
import Testing

@Suite("Posterior collapse")
struct CollapseTests {
  private func isClose(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) < 1e-6 }

  @Test("the density of a full covariance is what two lines of algebra give")
  func density() throws {
    // L = [[2], [1, 3]]: (2, 7) away from the mean is L (1, 2).
    let gaussians = try Gaussians(
      means: [1, -1, 0, 0], lower: [2, 0, 1, 3, 1, 0, 0, 1], dimensions: 2)
    let densities = gaussians.logDensities(at: [3, 6])
    #expect(isClose(densities[0], -2.5 - log(6) - log(2 * .pi)))
    #expect(isClose(densities[1], -22.5 - log(2 * .pi)))
    #expect(try gaussians.draws(noise: [1, 2, 0, 0]).values == [3, 6, 0, 0])
  }

  @Test("a covariance's divergence from a standard normal one is more than its marginals'")
  func divergence() throws {
    // L Lᵀ = [[1, 1], [1, 2]], of determinant 1: ½ (3 − 2).
    let gaussians = try Gaussians(means: [0, 0], lower: [1, 0, 1, 1], dimensions: 2)
    #expect(isClose(gaussians.divergenceFromStandardNormal, 0.5))
    let marginals = gaussians.divergencesFromStandardNormal
    #expect(isClose(marginals[0], 0) && isClose(marginals[1], 0.5 * (1 - log(2))))
  }

  @Test("far posteriors tell log N nats, and are said to be at their bound")
  func bound() throws {
    let posteriors = try Gaussians(
      means: [0, 1000, 2000, 3000], deviations: [1, 2, 1, 0.5], dimensions: 1)
    // One deviation away from its mean, a draw's density is e^(-entropy).
    let information = try MutualInformation(posteriors, noise: [1, -1, 1, -1])
    #expect(isClose(information.estimate.value, log(4)) && information.standing == .atBound)
    #expect(
      information.sentence
        == "mutual information at its bound log 4 = 1.39 nats: more inputs could show more")
  }

  @Test("posteriors that are all alike tell nothing, and less than nothing is called noise")
  func nothing() throws {
    let posteriors = try Gaussians(
      means: Array(repeating: 3, count: 4), deviations: Array(repeating: 2, count: 4), dimensions: 1
    )
    let exact = try MutualInformation(posteriors, noise: [1, -1, 1, -1])
    #expect(isClose(exact.estimate.value, 0) && exact.standing == .zero)
    let below = try MutualInformation(posteriors, noise: [0.1, 0, -0.1, 0])
    #expect(below.estimate.value < -0.4 && below.standing == .zero)
    #expect(
      below.sentence == "mutual information 0 within noise, of at most log 4 = 1.39 nats")
  }

  @Test("half-separated posteriors stand between, the same for the same key")
  func between() throws {
    let count = 400
    let means = standardNormals(rows: count, columns: 1, key: Key(seed: 4)).map { 2 * $0 }
    let posteriors = try Gaussians(
      means: means, deviations: means.map { _ in 1 }, dimensions: 1)
    let information = try MutualInformation(posteriors, key: Key(seed: 5))
    // A channel of signal-to-noise ratio 4: ½ log 5.
    #expect(abs(information.estimate.value - 0.5 * log(5)) < 0.15)
    #expect(information.standing == .between)
    #expect(information.sentence.hasSuffix("nats, of at most log 400 = 5.99"))
    #expect(try MutualInformation(posteriors, key: Key(seed: 5)) == information)
  }

  @Test("units by their divergence and by their means may disagree, and both are said")
  func units() throws {
    let means = try Points([0.0, 1, 2, 0, 3, 2] as [Double], dimensions: 3, name: "the means")
    let report = try PosteriorCollapse(divergences: [0.1, 0.8, 0.3], means: means)
    // (0, 0), (1, 3), (2, 2): variances over N − 1 of 0, 2, 0.
    #expect(report.meanVariances == [0, 2, 0])
    #expect(report.carrying == 2 && report.dead == [0] && report.activeUnits == 1)
    #expect(
      report.sentences == [
        "2 of 3 dimensions carry more than 0.1 nats; 1 is dead",
        "1 of 3 posterior means vary by more than 0.01 over 2 inputs (active units)",
      ])
    #expect(report.aggregateDivergence(rate: 1) == nil)
  }

  @Test("total collapse and no collapse have words of their own")
  func extremes() throws {
    let means = try Points([0, 1] as [Float], dimensions: 1, name: "the means")
    let words = try [0.0, 2].map {
      try PosteriorCollapse(divergences: [$0], means: means).carryingSentence
    }
    #expect(
      words == [
        "none of 1 dimension carries more than 0.1 nats: the posterior has collapsed onto the prior",
        "1 of 1 dimension carries more than 0.1 nats; none is dead",
      ])
  }

  @Test("a single input tells neither activity nor information")
  func single() throws {
    let posteriors = try Gaussians(means: [2], deviations: [0.1], dimensions: 1)
    let report = try PosteriorCollapse(
      posteriors, mutualInformation: MutualInformation(posteriors, noise: [1]))
    #expect(
      report.sentences == [
        "1 of 1 dimension carries more than 0.1 nats; none is dead",
        "active units unknown: a single input cannot tell",
        "mutual information unknown: a single input cannot tell",
      ])
    #expect(report.activeUnits == 0)
  }

  @Test("what is no number is refused, with its place")
  func refusals() throws {
    let error = #expect(throws: StatisticsError.self) {
      try Gaussians(means: [0, .nan, 0, 0], deviations: [1, 1, 1, 1], dimensions: 2)
    }
    #expect(
      error?.description == "the means hold nan in row 0, column 1; find out what made it: "
        + "nothing can be measured of numbers that are none")
    let deviation = #expect(throws: StatisticsError.self) {
      try Gaussians(means: [0, 0, 0, 0], deviations: [1, 1, 0, 1], dimensions: 2)
    }
    #expect(
      deviation?.problem
        == "the distribution of row 1 has the deviation 0.0 in dimension 0")
    #expect(throws: StatisticsError.self) {
      try Points([] as [Float], dimensions: 2, name: "the means")
    }
    #expect(throws: StatisticsError.self) {
      try Gaussians(means: [0], lower: [.infinity], dimensions: 1)
    }
  }
}
