import Kernels

/// Standardised features of many moments, which stand episode after episode.
package struct FeatureTable {
  package let rows: Int
  package let columns: Int
  private let storage: Storage

  /// - Parameters:
  ///   - values: `[rows, columns]`.
  ///   - fitRows: how many rows, the first, the means and deviations are of. A feature that does not
  ///     vary among them is 0 everywhere.
  package init(_ values: [Float], columns: Int, fitRows: Int) {
    rows = values.count / columns
    self.columns = columns
    precondition(
      rows * columns == values.count && fitRows <= rows && fitRows > 0,
      "\(values.count) numbers for \(fitRows) or more rows of \(columns)")
    let moments = Self.moments(values, columns: columns, rows: fitRows)
    var standard = values
    for row in 0..<rows {
      for column in 0..<columns {
        let index = row &* columns &+ column
        standard[index] = (values[index] - moments.mean[column]) * moments.scale[column]
      }
    }
    storage = Storage(standard)
  }

  /// - Returns: `[columns]` each: means, and what makes deviations 1.
  private static func moments(
    _ values: [Float], columns: Int, rows: Int
  ) -> (mean: [Float], scale: [Float]) {
    var sums = [Double](repeating: 0, count: columns)
    var squares = sums
    for row in 0..<rows {
      for column in 0..<columns {
        let value = Double(values[row &* columns &+ column])
        sums[column] += value
        squares[column] += value * value
      }
    }
    let count = Double(rows)
    let means = sums.map { $0 / count }
    let scales = zip(squares, means).map { square, mean -> Float in
      let variance = square / count - mean * mean
      return variance > 1e-10 ? Float(1 / variance.squareRoot()) : 0
    }
    return (means.map { Float($0) }, scales)
  }

  /// A part of the table, which lives as long as the table does.
  package func part(_ rows: Range<Int>, columns range: Range<Int>) -> Matrix {
    let count = rows.isEmpty ? 0 : (rows.count - 1) * columns + range.count
    return Matrix(
      storage.region.slice(rows.lowerBound * columns + range.lowerBound, count: count),
      rows: rows.count, columns: range.count, stride: columns)
  }

  /// One row's features.
  package func values(row: Int, columns range: Range<Int>) -> [Float] {
    storage.region.slice(row * columns + range.lowerBound, count: range.count).array
  }
}
