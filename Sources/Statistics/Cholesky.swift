/// The factor `L` of a symmetric positive definite matrix `A = L Lᵀ`, in double precision.
package struct Cholesky {
  /// `[n, n]`; what is above the diagonal means nothing.
  package private(set) var lower: [Double]
  private let order: Int

  /// - Parameter matrix: `[n, n]`, of which only the lower half is read.
  /// - Returns: nil where the matrix is not positive definite.
  package init?(_ matrix: [Double], order: Int) {
    precondition(matrix.count == order * order, "\(matrix.count) numbers for \(order)×\(order)")
    (lower, self.order) = (matrix, order)
    for row in 0..<order {
      for column in 0...row {
        let rest = lower[row * order + column] - dot(row, column, count: column)
        if row == column {
          guard rest > 0 else { return nil }
          lower[row * order + row] = rest.squareRoot()
        } else {
          lower[row * order + column] = rest / lower[column * order + column]
        }
      }
    }
  }

  /// The product of the beginnings of two rows. Four sums, that additions need not wait for each other.
  private func dot(_ row: Int, _ other: Int, count: Int) -> Double {
    let (a, b) = (row &* order, other &* order)
    var sums = SIMD4<Double>()
    var index = 0
    while index &+ 4 <= count {
      for lane in 0..<4 {
        sums[lane] += lower[a &+ index &+ lane] * lower[b &+ index &+ lane]
      }
      index &+= 4
    }
    while index < count {
      sums[0] += lower[a &+ index] * lower[b &+ index]
      index &+= 1
    }
    return sums.sum()
  }

  /// `x` with `A x = b`, by `L y = b` and `Lᵀ x = y`.
  package func solve(_ right: [Double]) -> [Double] {
    precondition(right.count == order, "\(right.count) numbers for \(order)×\(order)")
    var x = right
    for row in 0..<order {
      for column in 0..<row { x[row] -= lower[row * order + column] * x[column] }
      x[row] /= lower[row * order + row]
    }
    for row in (0..<order).reversed() {
      x[row] /= lower[row * order + row]
      for column in 0..<row { x[column] -= lower[row * order + column] * x[row] }
    }
    return x
  }
}
