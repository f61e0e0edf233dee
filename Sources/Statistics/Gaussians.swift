import Foundation
import Randomness

/// N normal distributions of D dimensions: the posteriors `q(z|x)` of N inputs, the parts of a mixture.
///
/// With equal weights, posteriors make up the aggregate posterior `q(z)` (Makhzani et al. 2015,
/// arXiv:1511.05644, section 2).
package struct Gaussians: Sendable, Equatable {
  package let means: Points
  private let spread: Spread
  /// `[N]`, `-Σ log L_ii − D/2 log 2π`.
  private let logNormalisers: [Double]

  private enum Spread: Equatable {
    /// `[N, D]`.
    case diagonal([Double])
    /// `[N, D, D]`, Cholesky factors, of which what is above the diagonal is not read.
    case full([Double])
  }

  /// Distributions with independent dimensions.
  ///
  /// - Parameters:
  ///   - means, deviations: `[N, D]`; deviations above 0.
  /// - Throws: ``StatisticsError`` for a number that is not finite, or no deviation.
  package init(means: [Float], deviations: [Float], dimensions: Int) throws {
    precondition(
      means.count == deviations.count, "\(means.count) means, \(deviations.count) deviations")
    try self.init(
      means: Points(means, dimensions: dimensions, name: "the means"),
      deviations: deviations.map(Double.init))
  }

  /// Distributions with full covariances `L Lᵀ`.
  ///
  /// - Parameters:
  ///   - means: `[N, D]`.
  ///   - lower: `[N, D, D]`, the factors `L`, with a diagonal above 0; what is above the diagonal is
  ///     not read.
  /// - Throws: ``StatisticsError`` for a number that is not finite, or no factor.
  package init(means: [Float], lower: [Float], dimensions: Int) throws {
    precondition(
      means.count * dimensions == lower.count,
      "\(means.count) means and \(lower.count) numbers of factors in \(dimensions) dimensions")
    try self.init(
      means: Points(means, dimensions: dimensions, name: "the means"),
      lower: lower.map(Double.init))
  }

  /// The same in double precision.
  init(means: Points, deviations: [Double]) throws {
    let deviations = try Points(
      deviations, dimensions: means.dimensions, name: "the deviations")
    try self.init(
      means: means, .diagonal(deviations.values), diagonal: deviations.values)
  }

  /// The same in double precision.
  init(means: Points, lower: [Double]) throws {
    let size = means.dimensions
    let factors = try Points(lower, dimensions: size * size, name: "the factors")
    let diagonal = (0..<means.count).flatMap { row in
      (0..<size).map { factors.values[(row * size + $0) * size + $0] }
    }
    try self.init(means: means, .full(factors.values), diagonal: diagonal)
  }

  private init(means: Points, _ spread: Spread, diagonal: [Double]) throws {
    let size = means.dimensions
    if let place = diagonal.firstIndex(where: { $0 <= 0 }) {
      throw StatisticsError(
        "the distribution of row \(place / size) has the deviation \(diagonal[place]) in dimension "
          + "\(place % size)", remedy: "give deviations above 0")
    }
    (self.means, self.spread) = (means, spread)
    logNormalisers = (0..<means.count).map { row in
      diagonal[row * size..<(row + 1) * size].reduce(-0.5 * Double(size) * log(2 * .pi)) {
        $0 - log($1)
      }
    }
  }

  package var count: Int { means.count }
  package var dimensions: Int { means.dimensions }

  /// One draw from each, `mean + L noise`, `[N, D]`.
  ///
  /// - Parameter noise: `[N, D]`, standard normal.
  /// - Throws: ``StatisticsError`` where noise is not finite.
  package func draws(noise: [Float]) throws -> Points {
    precondition(noise.count == means.values.count, "\(noise.count) numbers of noise")
    var values = means.values
    let size = dimensions
    switch spread {
    case .diagonal(let deviations):
      for index in values.indices { values[index] += deviations[index] * Double(noise[index]) }
    case .full(let factors):
      for index in values.indices {
        let row = index - index % size
        for column in 0...index % size {
          values[index] += factors[index &* size &+ column] * Double(noise[row &+ column])
        }
      }
    }
    return try Points(values, dimensions: size, name: "the draws")
  }

  /// `log N(z; m_j, L_j L_jᵀ)` for every j; `[N]`.
  package func logDensities(at point: ArraySlice<Double>) -> [Double] {
    precondition(point.count == dimensions, "\(point.count) coordinates for \(dimensions)")
    let point = Array(point)
    switch spread {
    case .diagonal(let deviations): return diagonalDensities(at: point, deviations)
    case .full(let factors): return fullDensities(at: point, factors)
    }
  }

  private func diagonalDensities(at point: [Double], _ deviations: [Double]) -> [Double] {
    var densities = logNormalisers
    for row in densities.indices {
      let start = row &* point.count
      var squares = 0.0
      for column in point.indices {
        let place = start &+ column
        let distance = (point[column] - means.values[place]) / deviations[place]
        squares += distance * distance
      }
      densities[row] -= 0.5 * squares
    }
    return densities
  }

  private func fullDensities(at point: [Double], _ factors: [Double]) -> [Double] {
    let size = point.count
    var (densities, whitened) = (logNormalisers, point)
    for row in densities.indices {
      let start = row &* size
      var squares = 0.0
      for i in 0..<size {
        let line = (start &+ i) &* size
        var rest = point[i] - means.values[start &+ i]
        for j in 0..<i { rest -= factors[line &+ j] * whitened[j] }
        whitened[i] = rest / factors[line &+ i]
        squares += whitened[i] * whitened[i]
      }
      densities[row] -= 0.5 * squares
    }
    return densities
  }

  /// A draw from one of them, its deviations multiplied by the temperature.
  func draw(
    from row: Int, temperature: Double, using generator: inout Generator
  ) -> [Double] {
    let (size, start) = (dimensions, row * dimensions)
    let noise = (0..<size).map { _ in temperature * generator.normal() }
    return (0..<size).map { i in
      let mean = means.values[start + i]
      switch spread {
      case .diagonal(let deviations): return mean + deviations[start + i] * noise[i]
      case .full(let factors):
        let line = (start + i) * size
        return (0...i).reduce(mean) { $0 + factors[line + $1] * noise[$1] }
      }
    }
  }

  /// Draws from the mixture of all N, each with the same weight, `[count, D]`.
  ///
  /// - Parameter temperature: multiplies the deviations.
  package func aggregateDraws(_ count: Int, temperature: Double = 1, key: Key) -> [Float] {
    (0..<count).flatMap { number in
      var generator = Generator(key: key.fold(number))
      let row = generator.integer(below: self.count)
      return draw(from: row, temperature: temperature, using: &generator).map { Float($0) }
    }
  }

  /// The entropy of each in nats, `-log normaliser + D/2`; `[N]`.
  package var entropies: [Double] { logNormalisers.map { 0.5 * Double(dimensions) - $0 } }

  /// `log q(z)` of the mixture of all N.
  package func aggregateLogDensity(_ point: ArraySlice<Double>) -> Double {
    logSumExp(logDensities(at: point)) - log(Double(count))
  }

  /// The mean over the posteriors of each dimension's `KL(q(z_d|x) ‖ N(0, 1))`, in nats; `[D]`.
  ///
  /// `½ (m² + s² − 1 − log s²)` (Kingma and Welling 2014, arXiv:1312.6114v10, appendix B). Those of
  /// full covariances are of the marginal distributions, which add up to less than the whole.
  package var divergencesFromStandardNormal: [Double] {
    var sums = [Double](repeating: 0, count: dimensions)
    for (index, mean) in means.values.enumerated() {
      let variance = variance(index)
      sums[index % dimensions] += 0.5 * (mean * mean + variance - 1 - log(variance))
    }
    return sums.map { $0 / Double(count) }
  }

  /// The mean over the posteriors of `KL(q(z|x) ‖ N(0, I))`, in nats.
  package var divergenceFromStandardNormal: Double {
    let squares = means.values.indices.reduce(0) {
      $0 + means.values[$1] * means.values[$1] + variance($1)
    }
    let entropy = entropies.reduce(0, +)
    let constant = 0.5 * Double(dimensions) * log(2 * .pi)
    return (0.5 * squares - entropy) / Double(count) + constant
  }

  /// The variance of a dimension of a posterior, by its place in ``means``.
  private func variance(_ index: Int) -> Double {
    switch spread {
    case .diagonal(let deviations): return deviations[index] * deviations[index]
    case .full(let factors):
      let start = index * dimensions
      return factors[start...start + index % dimensions].reduce(0) { $0 + $1 * $1 }
    }
  }
}

/// `log N(z; 0, I)`.
package func standardNormalLogDensity(_ point: ArraySlice<Double>) -> Double {
  point.reduce(-0.5 * Double(point.count) * log(2 * .pi)) { $0 - 0.5 * $1 * $1 }
}

/// Standard normal numbers, `[rows, columns]`; a row depends on the key and its number alone.
package func standardNormals(rows: Int, columns: Int, key: Key) -> [Float] {
  (0..<rows).flatMap { row in
    var generator = Generator(key: key.fold(row))
    return (0..<columns).map { _ in Float(generator.normal()) }
  }
}
