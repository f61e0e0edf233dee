import Kernels

extension Matrix {
  /// The product with a matrix of `columns` columns that stands in an array, row by row.
  ///
  /// - Parameter transposed: whether it is the transpose of this one that is multiplied.
  /// - Returns: `[rows, columns]`, or `[this one's columns, columns]` where it is.
  func multiplied(by numbers: [Float], columns: Int, transposed: Bool = false) -> [Float] {
    let (inner, outer) = transposed ? (rows, self.columns) : (self.columns, rows)
    let (factor, result) = (Storage(numbers), Storage(count: outer * columns))
    return withExtendedLifetime((factor, result)) {
      GEMM.multiply(
        self, transposeA: transposed, Matrix(factor.region, rows: inner, columns: columns),
        into: Matrix(result.region, rows: outer, columns: columns))
      return result.region.array
    }
  }

  /// The product of the transpose with the matrix, `[columns, columns]`.
  var gram: [Float] {
    let result = Storage(count: columns * columns)
    return withExtendedLifetime(result) {
      GEMM.multiply(
        self, transposeA: true, self, into: Matrix(result.region, rows: columns, columns: columns))
      return result.region.array
    }
  }
}
