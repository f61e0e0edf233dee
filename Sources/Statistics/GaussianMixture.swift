import Foundation
import Randomness

/// A mixture of K normal distributions: a prior to sample from, fitted to the aggregate posterior
/// (Ghosh et al. 2020, arXiv:1903.12436, section 4).
package struct GaussianMixture: Sendable, Equatable {
  package enum Covariance: String, Sendable, CaseIterable {
    case full
    case diagonal
  }

  /// `[K]`, together 1.
  package let weights: [Double]
  package let parts: Gaussians

  init(weights: [Double], parts: Gaussians) { (self.weights, self.parts) = (weights, parts) }

  package var dimensions: Int { parts.dimensions }

  /// `log p(z)`.
  package func logDensity(_ point: ArraySlice<Double>) -> Double {
    logSumExp(zip(weights, parts.logDensities(at: point)).map { log($0) + $1 })
  }

  /// Draws, `[count, D]`.
  ///
  /// - Parameter temperature: multiplies each part's deviations.
  package func draws(_ count: Int, temperature: Double = 1, key: Key) -> [Float] {
    (0..<count).flatMap { number in
      var generator = Generator(key: key.fold(number))
      let part = choice(generator.uniform())
      return parts.draw(from: part, temperature: temperature, using: &generator).map { Float($0) }
    }
  }

  /// The part that a uniform number chooses.
  private func choice(_ uniform: Double) -> Int {
    var left = uniform
    for (index, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return index }
    }
    // Weights add up to 1 but for rounding.
    return weights.lastIndex { $0 > 0 } ?? 0
  }
}

/// Fits a ``GaussianMixture`` by expectation and maximisation (Dempster, Laird and Rubin 1977; Bishop,
/// "Pattern Recognition and Machine Learning", section 9.2.2), from a k-means++ start (Arthur and
/// Vassilvitskii 2007).
///
/// Regularised as if every point were a small round cloud of variance `ε`: covariances gain `ε I`, and
/// in the responsibilities a part's log density loses `½ ε tr C⁻¹`. So no part can shrink onto a point,
/// and what is maximised never falls.
package struct GaussianMixtureFit: Sendable {
  package let mixture: GaussianMixture
  /// Before each step and at the end, nats a point: `mean log Σ π exp(log N − ½ ε tr C⁻¹)`.
  package let logLikelihoods: [Double]

  /// Settings of a fit.
  package struct Settings: Sendable, Equatable {
    /// K, at least 1.
    package var parts = 10
    package var covariance = GaussianMixture.Covariance.full
    /// ε as a share of the points' mean variance; above 0.
    package var regularisation = 1e-4
    /// Steps at most.
    package var steps = 100
    /// Nats a point by which the last step has to gain.
    package var tolerance = 1e-5

    package init() {}
  }

  /// - Parameter key: draws the start.
  /// - Throws: ``StatisticsError`` where there are fewer points than parts.
  package init(_ points: Points, _ settings: Settings = Settings(), key: Key) throws {
    guard (1...points.count).contains(settings.parts) else {
      throw StatisticsError(
        "a mixture of \(counted(settings.parts, "part")) cannot be fitted to "
          + counted(points.count, "point"), remedy: "ask for 1 to \(points.count) parts")
    }
    var expectation = Expectation(points, settings)
    var mixture = try expectation.mixture(responsibilities: expectation.start(key: key))
    var found: [Double] = []
    for step in 0...settings.steps {
      let (responsibilities, likelihood) = expectation.responsibilities(mixture)
      let gain = likelihood - (found.last ?? -.infinity)
      found.append(likelihood)
      if step == settings.steps || gain < settings.tolerance { break }
      mixture = try expectation.mixture(responsibilities: responsibilities)
    }
    (self.mixture, logLikelihoods) = (mixture, found)
  }
}

/// The two halves of a step.
private struct Expectation {
  private let points: Points
  private let parts: Int
  private let covariance: GaussianMixture.Covariance
  /// ε.
  private let floor: Double
  /// `[K]`, `½ ε tr C⁻¹` of the newest mixture.
  private var penalties: [Double] = []

  init(_ points: Points, _ settings: GaussianMixtureFit.Settings) {
    (self.points, parts, covariance) = (points, settings.parts, settings.covariance)
    let variance = points.variances.reduce(0, +) / Double(points.dimensions)
    floor = max(settings.regularisation * variance, 1e-12)
  }

  /// Each point with the nearest of centres that were drawn far from each other; `[N, K]`.
  func start(key: Key) -> [Double] {
    var generator = Generator(key: key)
    var nearest = [Double](repeating: .infinity, count: points.count)
    var owner = [Int](repeating: 0, count: points.count)
    for part in 0..<parts {
      let centre = Array(points[Self.draw(nearest, using: &generator)])
      for row in 0..<points.count {
        let squares = zip(points[row], centre).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        if squares < nearest[row] { (nearest[row], owner[row]) = (squares, part) }
      }
    }
    var responsibilities = [Double](repeating: 0, count: points.count * parts)
    for (row, part) in owner.enumerated() { responsibilities[row * parts + part] = 1 }
    return responsibilities
  }

  /// A number, with a chance in proportion to its weight; where all weights are alike, any.
  private static func draw(_ weights: [Double], using generator: inout Generator) -> Int {
    let total = weights.reduce(0, +)
    guard total > 0 && total.isFinite else { return generator.integer(below: weights.count) }
    var left = generator.uniform() * total
    for (index, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return index }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }

  /// `[N, K]`, and the mean of the logarithms of their sums before they were made 1.
  func responsibilities(_ mixture: GaussianMixture) -> ([Double], Double) {
    var (all, sum) = ([Double](), 0.0)
    all.reserveCapacity(points.count * parts)
    let logWeights = zip(mixture.weights, penalties).map { log($0) - $1 }
    for row in 0..<points.count {
      let scores = zip(logWeights, mixture.parts.logDensities(at: points[row])).map { $0 + $1 }
      let total = logSumExp(scores)
      all += scores.map { exp($0 - total) }
      sum += total
    }
    return (all, sum / Double(points.count))
  }

  /// The mixture that explains responsibilities best.
  mutating func mixture(responsibilities: [Double]) throws -> GaussianMixture {
    var (weights, means, spreads) = ([Double](), [Double](), [[Double]]())
    penalties = []
    for part in 0..<parts {
      let shares = (0..<points.count).map { responsibilities[$0 * parts + part] }
      let total = shares.reduce(0, +)
      // What explains no point may be anything: here it is everything.
      let isEmpty = total < 1e-9
      let (mean, matrix) = moments(isEmpty ? shares.map { _ in 1 } : shares)
      let (spread, trace) = try self.spread(matrix)
      weights.append(isEmpty ? 0 : total / Double(points.count))
      means += mean
      spreads.append(spread)
      penalties.append(0.5 * floor * trace)
    }
    let centres = try Points(means, dimensions: points.dimensions, name: "the mixture's means")
    let gaussians =
      covariance == .full
      ? try Gaussians(means: centres, lower: spreads.flatMap { $0 })
      : try Gaussians(means: centres, deviations: spreads.flatMap { $0 })
    return GaussianMixture(weights: weights, parts: gaussians)
  }

  /// The weighted mean `[D]`, and the covariance with `ε` on its diagonal: `[D, D]`, or `[D]` of a
  /// diagonal one.
  private func moments(_ shares: [Double]) -> ([Double], [Double]) {
    let (size, total) = (points.dimensions, shares.reduce(0, +))
    var mean = [Double](repeating: 0, count: size)
    for (row, share) in shares.enumerated() {
      for i in 0..<size { mean[i] += share * points.values[row &* size &+ i] }
    }
    for i in 0..<size { mean[i] /= total }
    let isFull = covariance == .full
    var matrix = [Double](repeating: 0, count: isFull ? size * size : size)
    var deviation = mean
    for (row, share) in shares.enumerated() where share > 0 {
      for i in 0..<size { deviation[i] = points.values[row &* size &+ i] - mean[i] }
      for i in 0..<size {
        let weighted = share * deviation[i]
        guard isFull else {
          matrix[i] += weighted * deviation[i]
          continue
        }
        for j in 0...i { matrix[i &* size &+ j] += weighted * deviation[j] }
      }
    }
    for index in matrix.indices { matrix[index] /= total }
    for i in 0..<size { matrix[isFull ? i * size + i : i] += floor }
    return (mean, matrix)
  }

  /// The factor or the deviations of a covariance, and the trace of its inverse.
  private func spread(_ matrix: [Double]) throws -> ([Double], Double) {
    guard covariance == .full else {
      return (matrix.map { $0.squareRoot() }, matrix.reduce(0) { $0 + 1 / $1 })
    }
    let size = points.dimensions
    guard let factor = Cholesky(matrix, order: size) else {
      throw StatisticsError(
        "a part of the mixture has a covariance that is not positive",
        remedy: "raise the regularisation, or fit diagonal covariances")
    }
    let trace = (0..<size).reduce(0) { sum, index in
      var unit = [Double](repeating: 0, count: size)
      unit[index] = 1
      return sum + factor.solve(unit)[index]
    }
    return (factor.lower, trace)
  }
}
