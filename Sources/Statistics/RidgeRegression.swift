import Kernels

/// What ridge regression needs to know of some rows: `XᵀX` and `Xᵀy`. Those of several ranges of rows
/// add up.
///
/// Products are made in single precision over a few rows at a time and added in double.
package struct NormalEquations {
  package private(set) var rows: Int
  private let columns: Int
  /// `[F, F]`.
  private var gram: [Double]
  /// `[F]`.
  private var cross: [Double]
  private var targetSum: Double

  private static let rowsAtOnce = 256

  /// - Parameter targets: one for each of the rows.
  package init(_ table: FeatureTable, rows range: Range<Int>, targets: [Double]) {
    precondition(targets.count == range.count, "\(targets.count) targets for \(range.count) rows")
    (rows, columns, targetSum) = (range.count, table.columns, targets.reduce(0, +))
    gram = Array(repeating: 0, count: columns * columns)
    cross = Array(repeating: 0, count: columns)
    for start in stride(from: 0, to: range.count, by: Self.rowsAtOnce) {
      let part = start..<min(start + Self.rowsAtOnce, range.count)
      let x = table.part(
        range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound,
        columns: 0..<columns)
      let y = targets[part].map { Float($0) }
      Self.add(x.gram, to: &gram)
      Self.add(x.multiplied(by: y, columns: 1, transposed: true), to: &cross)
    }
  }

  private static func add(_ numbers: [Float], to sums: inout [Double]) {
    for (index, value) in numbers.enumerated() { sums[index] += Double(value) }
  }

  package static func + (left: NormalEquations, right: NormalEquations) -> NormalEquations {
    var sum = left
    sum.rows += right.rows
    sum.targetSum += right.targetSum
    for index in sum.gram.indices { sum.gram[index] += right.gram[index] }
    for index in sum.cross.indices { sum.cross[index] += right.cross[index] }
    return sum
  }

  /// `w = (XᵀX + n s I)⁻¹ Xᵀy` with the mean of the targets as intercept.
  ///
  /// - Parameters:
  ///   - range: the features that are used.
  ///   - strength: `s`, above 0, as a share of a standardised feature's variance.
  /// - Returns: nil where numbers are not finite.
  package func regression(columns range: Range<Int>, strength: Double) -> RidgeRegression? {
    let order = range.count
    var matrix = [Double](repeating: 0, count: order * order)
    for row in 0..<order {
      for column in 0..<order {
        matrix[row * order + column] =
          gram[(range.lowerBound + row) * columns + range.lowerBound + column]
      }
      matrix[row * order + row] += strength * Double(rows)
    }
    return Cholesky(matrix, order: order).map {
      RidgeRegression(
        weights: $0.solve(Array(cross[range])), intercept: targetSum / Double(rows))
    }
  }
}

/// A linear map from standardised features to a number.
package struct RidgeRegression {
  /// `[F]`.
  package let weights: [Double]
  package let intercept: Double

  /// - Parameter range: the features, those that it was fitted to.
  package func predictions(_ table: FeatureTable, rows: Range<Int>, columns range: Range<Int>)
    -> [Double]
  {
    rows.map { row in
      zip(table.values(row: row, columns: range), weights)
        .reduce(intercept) { $0 + Double($1.0) * $1.1 }
    }
  }
}

/// R²: 1 less the squared errors as a share of the squared deviations from the mean; 0 where there
/// are no deviations.
package func explainedShare(of predictions: [Double], _ values: [Double]) -> Double {
  let mean = values.reduce(0, +) / Double(values.count)
  let errors = zip(predictions, values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  let deviations = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return deviations > 0 ? 1 - errors / deviations : 0
}
