import Kernels
import TestSupport
import Testing

/// All numbers are small multiples of 1/4, so that every sum is exact in single precision, whatever
/// its order, and products must be equal to the naive ones.
@Suite("GEMM")
struct GEMMTests {
  private static let sizes = [0, 1, 2, 3, 7, 16, 33, 130]

  @Test("products of every shape equal naive ones", arguments: sizes, sizes)
  func shapes(m: Int, n: Int) {
    for k in Self.sizes {
      for transposeA in [false, true] {
        for transposeB in [false, true] { checkProduct(m, n, k, transposeA, transposeB) }
      }
    }
  }

  @Test("what was there counts as often as beta says", arguments: [0, 1, -0.5, 2] as [Float])
  func accumulation(beta: Float) {
    for k in [0, 1, 9] {
      checkProduct(5, 7, k, false, false, alpha: 1, beta: beta)
      checkProduct(5, 7, k, true, true, alpha: -2, beta: beta)
      checkProduct(5, 7, k, false, true, alpha: 0, beta: beta)
    }
  }

  @Test("with beta zero, what was there is not read", arguments: [0, 1, 40])
  func overwriting(k: Int) {
    let c = keptRegion(filledWith: .nan, count: 6 * 5)
    GEMM.multiply(
      matrix(6, k, seed: 1), matrix(k, 5, seed: 2), into: Matrix(c, rows: 6, columns: 5))
    #expect(c.array.allSatisfy { $0.isFinite })
  }

  @Test("rows may lie apart, and what is between them stays", arguments: [0, 1, 5])
  func strides(gap: Int) {
    for (transposeA, transposeB) in [(false, false), (true, false), (false, true), (true, true)] {
      for k in [0, 4] {
        checkProduct(3, 5, k, transposeA, transposeB, beta: 1, gap: gap)
        checkProduct(3, 5, k, transposeA, transposeB, beta: 0, gap: gap)
      }
    }
  }

  @Test("a batch is one product after the other", arguments: [0, 1, 3])
  func batch(count: Int) {
    let (m, n, k) = (3, 4, 5)
    let a = numbers(count * m * k + 1, seed: 1)
    let b = numbers(count * k * n + 1, seed: 2)
    let c = keptRegion(filledWith: 1, count: count * m * n + 1)
    GEMM.multiplyBatch(
      count: count, Matrix(keptRegion(a), rows: count == 0 ? 0 : m, columns: k),
      Matrix(keptRegion(b), rows: count == 0 ? 0 : k, columns: n),
      into: Matrix(c, rows: count == 0 ? 0 : m, columns: n), strides: (m * k, k * n, m * n),
      beta: 1)
    for index in 0..<count {
      let expected = naiveProduct(
        Array(a[(index * m * k)...].prefix(m * k)), transposeA: false,
        Array(b[(index * k * n)...].prefix(k * n)), transposeB: false,
        c: Array(repeating: 1, count: m * n), m: m, n: n, k: k, alpha: 1, beta: 1)
      #expect(c.slice(index * m * n, count: m * n).array == expected)
    }
    #expect(c[count * m * n] == 1)
  }

  @Test("a batch may share an operand and interleave its results")
  func sharedOperand() {
    // Two blocks of a block-diagonal layer: columns 0..<2 and 2..<4 of x, and of y.
    let x = numbers(3 * 4, seed: 1)
    let weights = numbers(2 * 2, seed: 2)
    let y = keptRegion(filledWith: 0, count: 3 * 4)
    GEMM.multiplyBatch(
      count: 2, Matrix(keptRegion(x), rows: 3, columns: 2, stride: 4),
      Matrix(keptRegion(weights), rows: 2, columns: 2),
      into: Matrix(y, rows: 3, columns: 2, stride: 4), strides: (2, 0, 2))
    for row in 0..<3 {
      for column in 0..<4 {
        let block = column / 2 * 2
        let expected =
          x[row * 4 + block] * weights[column % 2] + x[row * 4 + block + 1]
          * weights[2 + column % 2]
        #expect(y[row * 4 + column] == expected)
      }
    }
  }

  /// Compares a product with the naive one; rows of all matrices lie `gap` floats apart.
  private func checkProduct(
    _ m: Int, _ n: Int, _ k: Int, _ transposeA: Bool, _ transposeB: Bool, alpha: Float = 1,
    beta: Float = 0, gap: Int = 0
  ) {
    let a = transposeA ? matrix(k, m, seed: 1, gap: gap) : matrix(m, k, seed: 1, gap: gap)
    let b = transposeB ? matrix(n, k, seed: 2, gap: gap) : matrix(k, n, seed: 2, gap: gap)
    let c = matrix(m, n, seed: 3, gap: gap)
    let expected = naiveProduct(
      compact(a), transposeA: transposeA, compact(b), transposeB: transposeB, c: compact(c), m: m,
      n: n, k: k, alpha: alpha, beta: beta)
    GEMM.multiply(
      a, transposeA: transposeA, b, transposeB: transposeB, into: c, alpha: alpha, beta: beta)
    #expect(compact(c) == expected, "\(m)×\(k) by \(k)×\(n), \(transposeA), \(transposeB)")
    for row in 0..<m {
      for place in n..<(n + gap) { #expect(c.region[row * c.stride + place] == 1000) }
    }
  }

  /// A matrix with 1000 in the gaps between its rows.
  private func matrix(_ rows: Int, _ columns: Int, seed: Int, gap: Int = 0) -> Matrix {
    let values = numbers(rows * columns, seed: seed)
    let spaced = (0..<rows).flatMap { row in
      values[(row * columns)..<((row + 1) * columns)] + Array(repeating: 1000, count: gap)
    }
    return Matrix(keptRegion(spaced), rows: rows, columns: columns, stride: columns + gap)
  }

  /// The numbers of a matrix without its gaps.
  private func compact(_ matrix: Matrix) -> [Float] {
    (0..<matrix.rows).flatMap {
      matrix.region.slice($0 * matrix.stride, count: matrix.columns).array
    }
  }

  /// Multiples of 1/4 from -2 to 2 in an order without a pattern that a product could miss.
  private func numbers(_ count: Int, seed: Int) -> [Float] {
    (0..<count).map { Float((($0 + 1) * ($0 + 7 * seed) * 31 + $0 / 5) % 17 - 8) / 4 }
  }
}
