import Foundation
import Randomness
import Statistics
import Testing

@Suite("Mixtures of normal distributions")
struct MixtureTests {
  /// Three clouds in the plane, the middle one slanting, at (−6, 0), (0, 0) and (6, 3).
  private func clouds(_ count: Int = 300) throws -> Points {
    let noise = standardNormals(rows: count, columns: 2, key: Key(seed: 3)).map(Double.init)
    let values = (0..<count).flatMap { row -> [Double] in
      let (a, b) = (noise[2 * row], noise[2 * row + 1])
      switch row % 3 {
      case 0: return [-6 + 0.5 * a, 0.5 * b]
      case 1: return [a, a + 0.3 * b]
      default: return [6 + 0.2 * a, 3 + b]
      }
    }
    return try Points(values, dimensions: 2, name: "the clouds")
  }

  private func settings(
    _ parts: Int, _ covariance: GaussianMixture.Covariance = .full
  ) -> GaussianMixtureFit.Settings {
    var settings = GaussianMixtureFit.Settings()
    (settings.parts, settings.covariance) = (parts, covariance)
    return settings
  }

  @Test(
    "the log-likelihood never falls, whatever the start",
    arguments: GaussianMixture.Covariance.allCases, 0..<6 as Range<UInt64>)
  func monotone(covariance: GaussianMixture.Covariance, seed: UInt64) throws {
    var settings = settings(5, covariance)
    // As strong a regularisation as could hide nothing.
    settings.regularisation = seed % 2 == 0 ? 1e-6 : 0.1
    settings.tolerance = -1
    settings.steps = 40
    let fit = try GaussianMixtureFit(clouds(120), settings, key: Key(seed: seed))
    #expect(fit.logLikelihoods.count == 41)
    for (before, after) in zip(fit.logLikelihoods, fit.logLikelihoods.dropFirst()) {
      #expect(after >= before - 1e-10)
    }
    #expect(try #require(fit.logLikelihoods.last) > fit.logLikelihoods[0])
  }

  @Test("a single part has the points' mean and covariance, and their likelihood")
  func single() throws {
    let points = try Points(
      [0, 0, 2, 0, 0, 4, 2, 4] as [Float], dimensions: 2, name: "the points")
    var settings = settings(1)
    settings.regularisation = 1e-9
    let mixture = try GaussianMixtureFit(points, settings, key: Key(seed: 0)).mixture
    #expect(mixture.weights == [1] && mixture.parts.means.values == [1, 2])
    // Variances 1 and 4 over N, and no covariance.
    let expected = -log(2 * Double.pi) - log(2) - 0.5 * (1 + 1)
    #expect(abs(mixture.logDensity([2, 4]) - expected) < 1e-6)
  }

  @Test("three clouds are found, and draws are spread as they are")
  func recovery() throws {
    let fit = try GaussianMixtureFit(clouds(), settings(3), key: Key(seed: 1))
    for weight in fit.mixture.weights { #expect(abs(weight - 1.0 / 3) < 0.03) }
    let centres = fit.mixture.parts.means.column(0).sorted()
    for (centre, expected) in zip(centres, [-6.0, 0, 6]) { #expect(abs(centre - expected) < 0.3) }
    let draws = try Points(
      fit.mixture.draws(600, key: Key(seed: 9)), dimensions: 2, name: "the draws")
    let test = try TwoSampleTest(clouds(600), draws, key: Key(seed: 2))
    #expect(!test.toldApart)
    #expect(fit.mixture.draws(600, key: Key(seed: 9)) == draws.values.map { Float($0) })
    let again = try GaussianMixtureFit(clouds(), settings(3), key: Key(seed: 1))
    #expect(again.mixture == fit.mixture)
  }

  @Test("a density adds up to 1")
  func normalised() throws {
    let mixture = try GaussianMixtureFit(clouds(), settings(3), key: Key(seed: 1)).mixture
    var sum = 0.0
    for x in stride(from: -12.0, to: 12, by: 0.1) {
      for y in stride(from: -8.0, to: 10, by: 0.1) { sum += exp(mixture.logDensity([x, y])) }
    }
    #expect(abs(0.01 * sum - 1) < 1e-3)
  }

  @Test("draws at temperature 0 are the means, as often as their weights say")
  func temperature() throws {
    let points = try Points(
      [0, 0, 0, 50] as [Float], dimensions: 1, name: "the points")
    let mixture = try GaussianMixtureFit(points, settings(2), key: Key(seed: 0)).mixture
    let draws = mixture.draws(2000, temperature: 0, key: Key(seed: 0))
    #expect(Set(draws) == [0, 50])
    #expect(abs(draws.count { $0 == 0 } - 1500) < 80)
  }

  @Test(
    "points without variance, in one axis or all, are fitted",
    arguments: GaussianMixture.Covariance.allCases)
  func constant(covariance: GaussianMixture.Covariance) throws {
    let flat = try Points([1, 7, 2, 7, 5, 7] as [Float], dimensions: 2, name: "the points")
    let same = try Points([3, 3, 3] as [Float], dimensions: 1, name: "the points")
    for points in [flat, same] {
      let fit = try GaussianMixtureFit(points, settings(2, covariance), key: Key(seed: 0))
      #expect(fit.logLikelihoods.allSatisfy { $0.isFinite })
      #expect(fit.mixture.logDensity(points[0]).isFinite)
      let last = try #require(fit.mixture.draws(5, key: Key(seed: 1)).last)
      #expect(abs(last - (points == flat ? 7 : 3)) < 0.2)
    }
  }

  @Test("more parts than points are refused")
  func refusals() throws {
    let error = #expect(throws: StatisticsError.self) {
      try GaussianMixtureFit(
        Points([1, 2] as [Float], dimensions: 1, name: "the points"), settings(3),
        key: Key(seed: 0))
    }
    #expect(
      error?.description
        == "a mixture of 3 parts cannot be fitted to 2 points; ask for 1 to 2 parts")
  }
}
