internal import COpenBLAS

/// A row-major matrix in memory: `rows × columns`, with `stride` floats from row to row.
public struct Matrix: Sendable {
  public let region: Region
  public let rows: Int
  public let columns: Int
  public let stride: Int

  public init(_ region: Region, rows: Int, columns: Int, stride: Int? = nil) {
    self.region = region
    self.rows = rows
    self.columns = columns
    self.stride = stride ?? columns
    precondition(
      self.stride >= columns && (rows == 0 || region.count >= (rows - 1) * self.stride + columns),
      "a \(rows)×\(columns) matrix with stride \(self.stride) in \(region.count) floats")
  }
}

/// OpenBLAS cannot be used.
public struct BLASError: Error, CustomStringConvertible, Equatable {
  public let problem: String

  public var description: String {
    "\(problem); install OpenBLAS (`make setup`, or `apt-get install libopenblas-dev`)"
  }
}

/// The GEMM engine: `C = α·op(A)·op(B) + β·C` in single precision on one thread.
public enum GEMM {
  /// Loads OpenBLAS, on one thread: parallelism comes from shards, and two threads in one small
  /// product halve it. The first product does so too, but cannot throw.
  ///
  /// - Throws: ``BLASError`` where the library is not installed.
  public static func load() throws {
    if let loadingError { throw loadingError }
  }

  private static let loadingError: BLASError? = {
    let core: String? =
      switch InstructionSet.available[0] {
      case .avx512: "SkylakeX"
      case .avx2: "Haswell"
      case .plain: nil
      }
    return cob_load(core).map { BLASError(problem: String(cString: $0)) }
  }()

  /// Runs `body` with OpenBLAS on `threads` threads, for the one benchmark that wants it.
  public static func withThreads<Result>(_ threads: Int, _ body: () throws -> Result) rethrows
    -> Result
  {
    requireLibrary()
    cob_set_threads(Int32(threads))
    defer { cob_set_threads(1) }
    return try body()
  }

  /// The name and version of the BLAS, and the kernels that it runs.
  public static var library: String {
    requireLibrary()
    return "\(String(cString: cob_configuration())), kernels of \(String(cString: cob_core()))"
  }

  private static func requireLibrary() {
    precondition(loadingError == nil, loadingError?.description ?? "")
  }

  /// `c = alpha · op(a) · op(b) + beta · c`.
  ///
  /// With `beta` zero, what `c` held before is not read (it may be undefined).
  /// - Parameters:
  ///   - a: `[M, K]`, or `[K, M]` with `transposeA`.
  ///   - b: `[K, N]`, or `[N, K]` with `transposeB`.
  ///   - c: `[M, N]`.
  public static func multiply(
    _ a: Matrix, transposeA: Bool = false, _ b: Matrix, transposeB: Bool = false,
    into c: Matrix, alpha: Float = 1, beta: Float = 0
  ) {
    let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
    let (kb, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
    precondition(
      k == kb && c.rows == m && c.columns == n,
      "product of \(m)×\(k) and \(kb)×\(n) into \(c.rows)×\(c.columns)")
    if m == 0 || n == 0 { return }
    if k == 0 {
      for row in 0..<m { scale(c.region.slice(row * c.stride, count: n), by: beta) }
      return
    }
    requireLibrary()
    cob_sgemm(
      transposeA ? 1 : 0, transposeB ? 1 : 0, Int32(m), Int32(n), Int32(k), alpha, a.region.base,
      Int32(a.stride), b.region.base, Int32(b.stride), beta, c.region.base, Int32(c.stride))
  }

  /// `count` products whose operands lie a fixed number of floats apart.
  ///
  /// - Parameters:
  ///   - a, b, c: the operands of the first product.
  ///   - strides: floats from one product's operand to the next's.
  public static func multiplyBatch(
    count: Int, _ a: Matrix, transposeA: Bool = false, _ b: Matrix, transposeB: Bool = false,
    into c: Matrix, strides: (a: Int, b: Int, c: Int), alpha: Float = 1, beta: Float = 0
  ) {
    precondition(count >= 0, "a batch of \(count) products")
    for index in 0..<count {
      multiply(
        a.shifted(index * strides.a), transposeA: transposeA,
        b.shifted(index * strides.b), transposeB: transposeB,
        into: c.shifted(index * strides.c), alpha: alpha, beta: beta)
    }
  }

  private static func scale(_ region: Region, by factor: Float) {
    for index in 0..<region.count {
      region.base[index] = factor == 0 ? 0 : region.base[index] * factor
    }
  }
}

extension Matrix {
  /// The same shape, `offset` floats further. The owner of the batch has checked the last one.
  fileprivate func shifted(_ offset: Int) -> Matrix {
    let moved = Region(
      base: region.base + offset, count: rows == 0 ? 0 : (rows - 1) * stride + columns)
    return Matrix(moved, rows: rows, columns: columns, stride: stride)
  }
}
