internal import CKernels

extension ck_run {
  /// The whole of a product, A transposed or not.
  init(_ a: Matrix, _ b: Matrix, transposed: Bool = false) {
    self.init(
      a: UnsafePointer(a.region.base), b: UnsafePointer(b.region.base), count: b.rows,
      a_row: transposed ? 1 : a.stride)
  }
}

/// The sum of the products of some runs, in our own kernel.
///
/// - Parameter steps: floats from one row of the summed index to the next in A and in B.
func multiply(
  _ runs: UnsafePointer<ck_run>, count: Int, steps: (a: Int, b: Int), into c: Matrix,
  accumulating: Bool, bias: Region = .empty
) {
  kernels.product(
    runs, count, steps.a, steps.b, c.region.base, c.stride, c.rows, c.columns,
    UnsafePointer(bias.pointerOrNil), accumulating ? 1 : 0)
}

extension GEMM {
  /// `c = Σ aᵢ · bᵢ + bias`, or `c += Σ aᵢ · bᵢ` with `accumulating`: a product whose operands lie in
  /// up to three parts.
  ///
  /// - Parameters:
  ///   - first, second, third: `[M, Kᵢ]` and `[Kᵢ, N]`; the second matrices have one stride.
  ///   - c: `[M, N]`.
  ///   - bias: `[N]`, or empty; not with `accumulating`.
  package static func multiplySum(
    _ first: (Matrix, Matrix), _ second: (Matrix, Matrix)?, _ third: (Matrix, Matrix)?,
    into c: Matrix, accumulating: Bool, bias: Region = .empty
  ) {
    let k = first.0.columns + (second?.0.columns ?? 0) + (third?.0.columns ?? 0)
    guard let second, isSmall(m: c.rows, n: c.columns, k: k) else {
      multiply(first.0, first.1, into: c, beta: accumulating ? 1 : 0, bias: bias)
      if let second { multiply(second.0, second.1, into: c, beta: 1) }
      if let third { multiply(third.0, third.1, into: c, beta: 1) }
      return
    }
    let last = third ?? second
    func check(_ part: (Matrix, Matrix)) {
      let (a, b) = part
      precondition(
        a.rows == c.rows && a.columns == b.rows && b.columns == c.columns
          && b.stride == first.1.stride,
        "\(a.rows)×\(a.columns) by \(b.rows)×\(b.columns) into \(c.rows)×\(c.columns)")
    }
    check(first)
    check(second)
    check(last)
    if c.rows == 0 { return }
    let runs = (
      ck_run(first.0, first.1), ck_run(second.0, second.1), ck_run(last.0, last.1)
    )
    withUnsafeBytes(of: runs) {
      guard let base = $0.assumingMemoryBound(to: ck_run.self).baseAddress else { return }
      Kernels.multiply(
        base, count: third == nil ? 2 : 3, steps: (1, first.1.stride), into: c,
        accumulating: accumulating, bias: bias)
    }
  }
}

extension GEMM {
  /// `c = a · b + bias`, or `c += a · b` with `accumulating`, for an `a` of mostly zeros: what is
  /// multiplied is what is not zero.
  ///
  /// - Parameters:
  ///   - a: `[M, K]`.
  ///   - b: `[K, N]`.
  ///   - c: `[M, N]`.
  ///   - bias: `[N]`, or empty; not with `accumulating`.
  package static func multiplySparse(
    _ a: Matrix, _ b: Matrix, into c: Matrix, accumulating: Bool, bias: Region = .empty
  ) {
    precondition(
      a.rows == c.rows && a.columns == b.rows && b.columns == c.columns
        && (bias.isEmpty || bias.count == c.columns),
      "\(a.rows)×\(a.columns) by \(b.rows)×\(b.columns) into \(c.rows)×\(c.columns), "
        + "bias of \(bias.count)")
    kernels.sparse_product(
      a.region.base, a.stride, b.region.base, b.stride, c.region.base, c.stride, a.rows, a.columns,
      c.columns, UnsafePointer(bias.pointerOrNil), accumulating ? 1 : 0)
  }
}

/// `c += Σ xᵀ·dy` over pairs of matrices that lie in several places: what the steps of a sequence
/// add to the gradient of a weight, as one product.
package struct TransposedProduct {
  private var runs: [ck_run] = []
  private var first: (x: Matrix, dy: Matrix)?

  package init() {}

  /// Forgets all pairs and keeps their memory.
  package mutating func removeAll() {
    runs.removeAll(keepingCapacity: true)
    first = nil
  }

  /// - Parameters:
  ///   - x: `[rows, M]`.
  ///   - dy: `[rows, N]`. M, N and both strides are those of the first pair.
  package mutating func append(_ x: Matrix, _ dy: Matrix) {
    let first = first ?? (x, dy)
    precondition(
      x.rows == dy.rows && x.columns == first.x.columns && dy.columns == first.dy.columns
        && x.stride == first.x.stride && dy.stride == first.dy.stride,
      "\(x.rows)×\(x.columns) and \(dy.rows)×\(dy.columns) beside a pair of "
        + "\(first.x.columns) and \(first.dy.columns) columns")
    self.first = first
    runs.append(ck_run(x, dy, transposed: true))
  }

  /// - Parameter c: `[M, N]`.
  package func add(to c: Matrix) {
    guard let first else { return }
    precondition(
      first.x.columns == c.rows && first.dy.columns == c.columns,
      "products of \(first.x.columns) and \(first.dy.columns) columns into "
        + "\(c.rows)×\(c.columns)")
    if runs.count == 1 {
      GEMM.multiply(first.x, transposeA: true, first.dy, into: c, beta: 1)
    } else {
      Kernels.multiply(
        runs, count: runs.count, steps: (first.x.stride, first.dy.stride), into: c,
        accumulating: true)
    }
  }
}
