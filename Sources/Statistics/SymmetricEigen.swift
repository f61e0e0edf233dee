/// The eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's cyclic rotations: Golub and Van
/// Loan, "Matrix Computations", 4th edition, algorithm 8.5.3. For some hundreds of rows at most.
package struct SymmetricEigen {
  /// In no order.
  package let values: [Double]
  /// `[n, n]`, a vector in each row, in the order of the values.
  package let vectors: [Double]
  private let order: Int

  /// - Parameter matrix: `[n, n]`, finite.
  package init(_ matrix: [Double], order: Int) {
    precondition(matrix.count == order * order, "\(matrix.count) numbers for \(order)×\(order)")
    var rotations = Rotations(matrix, order: order)
    rotations.run()
    values = (0..<order).map { rotations.matrix[$0 * order + $0] }
    (vectors, self.order) = (rotations.vectors, order)
  }

  /// The root `S` of a positive semidefinite matrix, `S S = A`; rounding's negative eigenvalues count
  /// as 0. `[n, n]`.
  package var squareRoot: [Double] {
    var root = [Double](repeating: 0, count: order * order)
    for (index, value) in values.enumerated() {
      let weight = max(value, 0).squareRoot()
      let vector = index * order
      for row in 0..<order {
        let factor = weight * vectors[vector + row]
        for column in 0..<order {
          root[row &* order &+ column] += factor * vectors[vector &+ column]
        }
      }
    }
    return root
  }
}

private struct Rotations {
  var matrix: [Double]
  /// The vectors are rows, so that a rotation goes along memory.
  var vectors: [Double]
  private let order: Int

  package init(_ matrix: [Double], order: Int) {
    (self.matrix, self.order) = (matrix, order)
    vectors = [Double](repeating: 0, count: order * order)
    for index in 0..<order { vectors[index * order + index] = 1 }
  }

  mutating func run() {
    let whole = matrix.reduce(0) { $0 + $1 * $1 }
    // Converges quadratically: ten sweeps do for hundreds of rows.
    for _ in 0..<50 where beside > 1e-30 * whole {
      for p in 0..<order {
        for q in p + 1..<max(order, p + 1) { rotate(p, q) }
      }
    }
  }

  /// The sum of squares beside the diagonal.
  private var beside: Double {
    var sum = 0.0
    for row in 0..<order {
      for column in 0..<row {
        sum += matrix[row &* order &+ column] * matrix[row &* order &+ column]
      }
    }
    return 2 * sum
  }

  /// Makes the element `(p, q)` 0.
  private mutating func rotate(_ p: Int, _ q: Int) {
    let element = matrix[p * order + q]
    guard element != 0 else { return }
    let tau = (matrix[q * order + q] - matrix[p * order + p]) / (2 * element)
    let tangent = (tau < 0 ? -1 : 1) / (abs(tau) + (1 + tau * tau).squareRoot())
    let cosine = 1 / (1 + tangent * tangent).squareRoot()
    let sine = tangent * cosine
    for index in 0..<order {
      turn(&matrix, index &* order &+ p, index &* order &+ q, cosine, sine)
    }
    for index in 0..<order {
      turn(&matrix, p &* order &+ index, q &* order &+ index, cosine, sine)
      turn(&vectors, p &* order &+ index, q &* order &+ index, cosine, sine)
    }
  }

  private func turn(
    _ numbers: inout [Double], _ first: Int, _ second: Int, _ cosine: Double, _ sine: Double
  ) {
    let (a, b) = (numbers[first], numbers[second])
    numbers[first] = cosine * a - sine * b
    numbers[second] = sine * a + cosine * b
  }
}
