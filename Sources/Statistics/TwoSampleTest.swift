import Kernels
import Randomness

/// Whether a classifier can tell two sets of points apart, on points that it has not seen (Lopez-Paz
/// and Oquab 2017, arXiv:1610.06545): logistic regression on coordinates, their squares and their
/// products.
///
/// It sees differences of means and covariances alone, so "not told apart" is no proof of sameness.
package struct TwoSampleTest: Sendable, Equatable {
  /// The share of held-out points whose set was told; half where it is guessed.
  package let accuracy: Double
  /// The 95 % interval of the accuracy (Wilson 1927).
  package let interval: ClosedRange<Double>
  /// Held-out points, half of each set.
  package let heldOut: Int

  /// Dimensions up to which products of two coordinates are looked at; of more, squares alone.
  private static let productDimensions = 32
  private static let strength = 1e-3

  /// Takes as many points of each as the smaller set has, learns from half of them and is tested on the
  /// others.
  ///
  /// - Parameter key: chooses the halves.
  /// - Throws: ``StatisticsError`` where a set has fewer than four points; `BLASError`.
  package init(_ first: Points, _ second: Points, key: Key) throws {
    precondition(
      first.dimensions == second.dimensions, "\(first.dimensions) and \(second.dimensions) axes")
    try GEMM.load()
    let half = min(first.count, second.count) / 2
    guard half > 1 else {
      throw StatisticsError(
        "a test on \(first.count) and \(second.count) points has nothing to learn from",
        remedy: "give at least four of each")
    }
    let sets = [first, second].enumerated().map { number, points in
      points.rows(Self.order(points.count, key.fold(number)))
    }
    let rows = [0..<half, half..<2 * half].flatMap { part in
      part.flatMap { row in sets.map { $0[row] } }
    }
    let features = Self.features(rows, fitRows: 2 * half)
    let table = FeatureTable(features.values, columns: features.columns, fitRows: 2 * half)
    let labels = (0..<2 * half).map { $0 % 2 }
    let right = withExtendedLifetime(table) {
      let (fit, test) = (
        table.part(0..<2 * half, columns: 0..<table.columns),
        table.part(2 * half..<4 * half, columns: 0..<table.columns)
      )
      let map = LogisticRegression(fit, labels: labels, classes: 2, strength: Self.strength)
      return zip(map.predictions(test), labels).count { $0 == $1 }
    }
    heldOut = 2 * half
    accuracy = Double(right) / Double(heldOut)
    interval = binomialInterval(right, of: heldOut)
  }

  private static func order(_ count: Int, _ key: Key) -> [Int] {
    var (numbers, generator) = (Array(0..<count), Generator(key: key))
    generator.shuffle(&numbers)
    return numbers
  }

  /// Standardised coordinates and their products, so that a mean far from 0 costs no digits.
  private static func features(
    _ rows: [ArraySlice<Double>], fitRows: Int
  ) -> (values: [Float], columns: Int) {
    let size = rows[0].count
    let table = FeatureTable(rows.flatMap { $0.map { Float($0) } }, columns: size, fitRows: fitRows)
    let values = rows.indices.flatMap { row in
      let line = table.values(row: row, columns: 0..<size)
      return line
        + line.indices.flatMap { i in
          line.indices[(size <= productDimensions ? 0 : i)...i].map { line[i] * line[$0] }
        }
    }
    return (values, values.count / rows.count)
  }

  /// Whether the classifier does better than guessing.
  package var toldApart: Bool { interval.lowerBound > 0.5 }

  /// "told apart: a classifier is right on 71.2 % (66.1–75.8 %) of 340 held-out points, 50 % is guessing".
  package var sentence: String {
    func percent(_ share: Double) -> String { (100 * share).formatted(digits: 1) }
    return "\(toldApart ? "told apart" : "not told apart"): a classifier is right on "
      + "\(percent(accuracy)) % (\(percent(interval.lowerBound))–\(percent(interval.upperBound)) %) "
      + "of \(heldOut) held-out points, 50 % is guessing"
  }
}

/// The 95 % interval of a share (Wilson 1927, "Probable inference, the law of succession, and
/// statistical inference").
package func binomialInterval(_ successes: Int, of count: Int) -> ClosedRange<Double> {
  precondition(count > 0 && 0...count ~= successes, "\(successes) of \(count)")
  // The 97.5 % quantile of the normal distribution.
  let z = 1.959964
  let (n, share) = (Double(count), Double(successes) / Double(count))
  let scale = 1 / (1 + z * z / n)
  let middle = scale * (share + z * z / (2 * n))
  let reach = scale * z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
  return max(0, middle - reach)...min(1, middle + reach)
}
