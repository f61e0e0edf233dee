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

  @Test("the bias is added to each row", arguments: [1, 15, 16, 40], [0, 9])
  func bias(columns: Int, k: Int) {
    let (a, b) = (matrix(3, k, seed: 1), matrix(k, columns, seed: 2))
    let bias = numbers(columns, seed: 3)
    let c = Matrix(keptRegion(filledWith: .nan, count: 3 * columns), rows: 3, columns: columns)
    GEMM.multiply(a, b, into: c, bias: keptRegion(bias))
    let expected = naiveProduct(
      compact(a), transposeA: false, compact(b), transposeB: false,
      c: bias + bias + bias, m: 3, n: columns, k: k, alpha: 1, beta: 1)
    #expect(compact(c) == expected)
  }

  @Test("products on both sides of the limit between the two engines equal naive ones")
  func engines() {
    for (m, n, k) in [(7, 512, 511), (7, 512, 513), (520, 520, 3), (500, 48, 300)] {
      checkProduct(m, n, k, false, false)
      checkProduct(m, n, k, true, false, beta: 1)
    }
    #expect(GEMM.isSmall(m: 600, n: 512, k: 512) && !GEMM.isSmall(m: 600, n: 512, k: 513))
  }

  @Test("blocks of a block-diagonal layer: columns 0..<2 and 2..<4 of x and of y")
  func blocks() {
    let x = numbers(3 * 4, seed: 1)
    let whole = Matrix(keptRegion(x), rows: 3, columns: 4)
    for block in 0..<2 {
      let part = whole.block(block, step: 2, rows: 3, columns: 2)
      for row in 0..<3 {
        let start = row * 4 + 2 * block
        #expect(part.region.slice(row * 4, count: 2).array == Array(x[start..<start + 2]))
      }
    }
    let empty = Matrix(.empty, rows: 0, columns: 4).block(1, step: 2, rows: 0, columns: 2)
    #expect(empty.rows == 0 && empty.columns == 2)
  }

  @Test(
    "runs of rows that lie apart add up to one product",
    arguments: [[5], [1, 2, 3], [4, 0, 150, 130]],
    [(1, 1), (7, 17), (33, 70), (16, 64)])
  func runs(rows: [Int], shape: (m: Int, n: Int)) {
    var (product, joinedX, joinedY) = (TransposedProduct(), [Float](), [Float]())
    for (index, count) in rows.enumerated() {
      let (x, y) = (
        matrix(count, shape.m, seed: index, gap: 3), matrix(count, shape.n, seed: 9 + index, gap: 1)
      )
      product.append(x, y)
      joinedX += compact(x)
      joinedY += compact(y)
    }
    let c = matrix(shape.m, shape.n, seed: 50, gap: 2)
    let expected = naiveProduct(
      joinedX, transposeA: true, joinedY, transposeB: false, c: compact(c), m: shape.m,
      n: shape.n, k: rows.reduce(0, +), alpha: 1, beta: 1)
    product.add(to: c)
    #expect(compact(c) == expected)
    product.removeAll()
    product.add(to: c)
    #expect(compact(c) == expected)
  }

  @Test(
    "an input in parts, with strides of their own",
    arguments: [[3, 4], [1, 16, 5], [520, 7, 520]],
    [(1, 16), (7, 17), (20, 70), (5, 3)])
  func sums(widths: [Int], shape: (m: Int, n: Int)) {
    let parts = widths.enumerated().map { index, k in
      (
        matrix(shape.m, k, seed: index, gap: index), matrix(k, shape.n, seed: 5 + index, gap: 1)
      )
    }
    let c = matrix(shape.m, shape.n, seed: 50, gap: 2)
    let before = compact(c)
    let expected = parts.reduce(before) { sum, part in
      naiveProduct(
        compact(part.0), transposeA: false, compact(part.1), transposeB: false, c: sum,
        m: shape.m, n: shape.n, k: part.0.columns, alpha: 1, beta: 1)
    }
    let third = parts.count > 2 ? parts[2] : nil
    GEMM.multiplySum(parts[0], parts[1], third, into: c, accumulating: true)
    #expect(compact(c) == expected)
    let bias = numbers(shape.n, seed: 6)
    GEMM.multiplySum(
      parts[0], parts[1], third, into: c, accumulating: false, bias: keptRegion(bias))
    let change = zip(expected, before).map { $0 - $1 }
    #expect(compact(c) == change.enumerated().map { $1 + bias[$0 % shape.n] })
  }

  @Test(
    "products of mostly zeros equal naive ones",
    arguments: [0, 1, 5, 63, 64, 65, 200], [0, 1, 15, 16, 17, 64, 90])
  func sparse(k: Int, n: Int) {
    let (m, b) = (9, matrix(k, n, seed: 2, gap: 3))
    let a = matrix(m, k, seed: 1, gap: 1)
    // One row of zeros, one of none, and every seventh number of the others.
    for row in 0..<m where row != 1 {
      for column in 0..<k where row == 0 || (row + column) % 7 != 0 {
        a.region[row * a.stride + column] = 0
      }
    }
    let c = matrix(m, n, seed: 3, gap: 2)
    func expected(from start: [Float]) -> [Float] {
      naiveProduct(
        compact(a), transposeA: false, compact(b), transposeB: false, c: start, m: m, n: n, k: k,
        alpha: 1, beta: 1)
    }
    let sum = expected(from: compact(c))
    GEMM.multiplySparse(a, b, into: c, accumulating: true)
    #expect(compact(c) == sum)
    let bias = numbers(n, seed: 6)
    let fresh = Matrix(keptRegion(filledWith: .nan, count: m * n), rows: m, columns: n)
    GEMM.multiplySparse(a, b, into: fresh, accumulating: false, bias: keptRegion(bias))
    #expect(compact(fresh) == expected(from: (0..<m).flatMap { _ in bias }))
    GEMM.multiplySparse(a, b, into: fresh, accumulating: false)
    #expect(compact(fresh) == expected(from: [Float](repeating: 0, count: m * n)))
    for row in 0..<(m - 1) { #expect(c.region[row * c.stride + n] == 1000) }
  }

  @Test("transposition", arguments: [1, 15, 16, 17, 50], [1, 16, 33])
  func transposition(rows: Int, columns: Int) {
    let x = numbers(rows * columns, seed: 4)
    let y = keptRegion(filledWith: .nan, count: rows * columns)
    y.transpose(of: keptRegion(x), rows: rows, columns: columns)
    #expect(
      y.array == (0..<columns).flatMap { c in (0..<rows).map { r in x[r * columns + c] } })
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
