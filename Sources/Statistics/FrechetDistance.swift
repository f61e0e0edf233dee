/// The squared Fréchet distance between two sets of points as if both were normally distributed:
/// `|m₁ − m₂|² + tr(C₁ + C₂ − 2 (C₁ C₂)^½)`, covariances over N − 1 (Heusel et al. 2017,
/// arXiv:1706.08500, equation 6; Dowson and Landau 1982).
///
/// Few samples make it larger: compare distances of the same numbers of samples alone.
package struct FrechetDistance: Sendable, Equatable {
  /// In the square of the features' unit.
  package let value: Double
  /// Samples of the first set and of the second.
  package let samples: [Int]
  /// How many features there are.
  package let dimensions: Int

  /// - Throws: ``StatisticsError`` where a set has fewer than two samples.
  package init(_ first: Points, _ second: Points) throws {
    precondition(
      first.dimensions == second.dimensions, "\(first.dimensions) and \(second.dimensions) features"
    )
    let fewest = min(first.count, second.count)
    guard fewest > 1 else {
      throw StatisticsError(
        "a Fréchet distance of \(first.count) and \(second.count) samples has no covariances",
        remedy: "give at least two of each")
    }
    let dimensions = first.dimensions
    (samples, self.dimensions) = ([first.count, second.count], dimensions)
    let (one, other) = (first.covariance, second.covariance)
    let distance = zip(first.means, second.means).reduce(0) {
      $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
    }
    let traces = (0..<dimensions).reduce(0) {
      $0 + one[$1 * dimensions + $1] + other[$1 * dimensions + $1]
    }
    // C₁ C₂ has the eigenvalues of S C₂ S with S S = C₁, which is symmetric.
    let root = SymmetricEigen(one, order: dimensions).squareRoot
    let product = Self.product(Self.product(root, other, dimensions), root, dimensions)
    let common = SymmetricEigen(product, order: dimensions).values.reduce(0) {
      $0 + max($1, 0).squareRoot()
    }
    value = max(distance + traces - 2 * common, 0)
  }

  private static func product(_ left: [Double], _ right: [Double], _ size: Int) -> [Double] {
    var product = [Double](repeating: 0, count: size * size)
    for row in 0..<size {
      for inner in 0..<size {
        let factor = left[row &* size &+ inner]
        for column in 0..<size {
          product[row &* size &+ column] += factor * right[inner &* size &+ column]
        }
      }
    }
    return product
  }

  /// "Fréchet distance 5.70 in 5 latents, of 120 and 90 samples".
  ///
  /// - Parameter features: what the features are, in the plural: "latents", "class logits".
  package func sentence(features: String) -> String {
    let few =
      (samples.min() ?? 0) <= dimensions
      ? "; fewer samples than covariances need, which makes it larger" : ""
    return "Fréchet distance \(value.formatted(digits: 2)) in \(dimensions) \(features), of "
      + "\(samples[0]) and \(samples[1]) samples\(few)"
  }
}
