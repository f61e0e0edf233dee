import EnvironmentInterface
import Kernels
import Statistics

/// Latent states in the plane in which they vary most: their first two principal components.
package struct LatentMap: Sendable {
  package struct Point: Sendable, Equatable {
    /// In standard deviations of the first component, as is `y`: both axes have one scale.
    package let x: Double
    package let y: Double

    package init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
  }

  /// Of moments, in the order of ``truth``.
  package let points: [Point]
  package let truth: [[TrueValue]]
  /// How much of the standardised features' variance each component has.
  package let shares: [Double]

  /// - Parameters:
  ///   - limit: the most moments that are looked at, taken evenly.
  package init(_ episodes: [ProbedEpisode], deter: Int, limit: Int = 1200) {
    let all = episodes.flatMap { $0.features(deter: deter) }
    let moments = episodes.flatMap(\.truth)
    let columns = all.count / moments.count
    let every = max(1, (moments.count + limit - 1) / limit)
    let rows = stride(from: 0, to: moments.count, by: every).map { $0 }
    let table = FeatureTable(
      rows.flatMap { all[$0 * columns..<($0 + 1) * columns] }, columns: columns,
      fitRows: rows.count)
    truth = rows.map { moments[$0] }
    let matrix = table.part(0..<rows.count, columns: 0..<columns)
    let (scores, variances) = withExtendedLifetime(table) {
      principalComponents(of: matrix, count: 2)
    }
    // A feature that varies has variance 1.
    let total = (0..<rows.count).reduce(0.0) { sum, row in
      sum + table.values(row: row, columns: 0..<columns).reduce(0) { $0 + Double($1 * $1) }
    }
    shares = variances.map { total > 0 ? $0 / total : 0 }
    let scale = max((variances[0] / Double(rows.count)).squareRoot(), 1e-12)
    points = rows.indices.map { Point(x: scores[0][$0] / scale, y: scores[1][$0] / scale) }
  }
}
