internal import CKernels
internal import COpenBLAS
import Foundation

/// A row-major matrix in memory: `rows × columns`, with `stride` floats from row to row.
package struct Matrix: Sendable {
  package let region: Region
  package let rows: Int
  package let columns: Int
  package let stride: Int

  package init(_ region: Region, rows: Int, columns: Int, stride: Int? = nil) {
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
  /// What is in the way of using it, as a clause.
  public let problem: String

  /// Whether it is there and the system refuses to load it, for lack of memory mostly.
  public var isRefused: Bool { !problem.contains("cannot open shared object file") }

  /// What is in the way and what to do about it, in a sentence.
  public var description: String {
    isRefused
      ? "\(problem); raise the limit of memory (ulimit -v), or install OpenBLAS again"
      : "\(problem); install OpenBLAS (`make setup`, or `apt-get install libopenblas-dev`)"
  }
}

/// The GEMM engine: `C = α·op(A)·op(B) + β·C` in single precision on one thread.
///
/// Products whose operands fit the caches run in a kernel of our own, which hardly packs anything;
/// large ones run in OpenBLAS. Which one a product takes depends on its shape alone.
package enum GEMM {
  /// Loads OpenBLAS, on one thread: parallelism comes from shards, and two threads in one small
  /// product halve it. The first product does so too, but cannot throw.
  ///
  /// - Throws: ``BLASError`` where the library is not installed.
  package static func load() throws {
    if let loadingError { throw loadingError }
  }

  private static let loadingError = cob_load(ownKernels).map {
    BLASError(problem: String(cString: $0))
  }

  /// The kernels of OpenBLAS that suit this machine; nil for its own choice.
  private static var ownKernels: String? {
    switch InstructionSet.available[0] {
    case .avx512: "SkylakeX"
    case .avx2: "Haswell"
    case .plain: nil
    }
  }

  /// Runs `body` with OpenBLAS on `threads` threads, for the one benchmark that wants it.
  package static func withThreads<Result>(_ threads: Int, _ body: () throws -> Result) rethrows
    -> Result
  {
    requireLibrary()
    cob_set_threads(Int32(threads))
    defer { cob_set_threads(1) }
    return try body()
  }

  /// The name and version of the BLAS, and the kernels that it runs.
  package static var library: String { "\(configuration), kernels of \(kernelsName)" }

  /// The name and version of the BLAS, and how it was built.
  package static var configuration: String {
    requireLibrary()
    return String(cString: cob_configuration())
  }

  /// The processor whose kernels the BLAS runs: `SkylakeX`.
  package static var kernelsName: String {
    requireLibrary()
    return String(cString: cob_core())
  }

  /// What the environment tells the BLAS: its variables, in their order.
  package static var variables: [(name: String, value: String)] {
    ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("OPENBLAS_") }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Whether the environment has the BLAS run others than this machine's own kernels.
  package static var hasForeignKernels: Bool {
    let isNamed = variables.contains { $0.name == "OPENBLAS_CORETYPE" && !$0.value.isEmpty }
    return isNamed && kernelsName.lowercased() != ownKernels?.lowercased()
  }

  private static func requireLibrary() {
    precondition(loadingError == nil, loadingError?.description ?? "")
  }

  /// Whether a product `[M, K]` by `[K, N]` is one for our own kernel: B, or the result, stays in the
  /// second-level cache.
  package static func isSmall(m: Int, n: Int, k: Int) -> Bool {
    n * min(k, m) <= 1 << 18
  }

  /// `c = alpha · op(a) · op(b) + beta · c`, or with a `bias`, `c = op(a) · op(b) + bias` in each row.
  ///
  /// With `beta` zero, what `c` held before is not read (it may be undefined).
  /// - Parameters:
  ///   - a: `[M, K]`, or `[K, M]` with `transposeA`.
  ///   - b: `[K, N]`, or `[N, K]` with `transposeB`.
  ///   - c: `[M, N]`.
  ///   - bias: `[N]`, or empty; only with `alpha` 1 and `beta` 0.
  package static func multiply(
    _ a: Matrix, transposeA: Bool = false, _ b: Matrix, transposeB: Bool = false,
    into c: Matrix, alpha: Float = 1, beta: Float = 0, bias: Region = .empty
  ) {
    let (m, k) = transposeA ? (a.columns, a.rows) : (a.rows, a.columns)
    let (kb, n) = transposeB ? (b.columns, b.rows) : (b.rows, b.columns)
    precondition(
      k == kb && c.rows == m && c.columns == n,
      "product of \(m)×\(k) and \(kb)×\(n) into \(c.rows)×\(c.columns)")
    precondition(
      bias.isEmpty || (bias.count == n && alpha == 1 && beta == 0),
      "a bias of \(bias.count) for \(n) columns")
    if m == 0 || n == 0 { return }
    if !transposeB && alpha == 1 && (beta == 0 || beta == 1) && isSmall(m: m, n: n, k: k) {
      var run = ck_run(a, b, transposed: transposeA)
      Kernels.multiply(
        &run, count: 1, steps: (transposeA ? a.stride : 1, b.stride), into: c,
        accumulating: beta == 1, bias: bias)
      return
    }
    if k == 0 {
      for row in 0..<m { scale(c.region.slice(row * c.stride, count: n), by: beta) }
    } else {
      requireLibrary()
      cob_sgemm(
        transposeA ? 1 : 0, transposeB ? 1 : 0, Int32(m), Int32(n), Int32(k), alpha,
        a.region.base, Int32(a.stride), b.region.base, Int32(b.stride), beta, c.region.base,
        Int32(c.stride))
    }
    if !bias.isEmpty { add(bias, to: c) }
  }

  private static func add(_ bias: Region, to c: Matrix) {
    for row in 0..<c.rows { kernels.add(bias.base, c.region.base + row * c.stride, c.columns) }
  }

  private static func scale(_ region: Region, by factor: Float) {
    for index in 0..<region.count {
      region.base[index] = factor == 0 ? 0 : region.base[index] * factor
    }
  }
}

extension Matrix {
  /// The `index`-th of matrices of one shape that lie `step` floats apart in this one.
  package func block(_ index: Int, step: Int, rows: Int, columns: Int) -> Matrix {
    let part =
      rows == 0
      ? region.slice(0, count: 0)
      : region.slice(index * step, count: (rows - 1) * stride + columns)
    return Matrix(part, rows: rows, columns: columns, stride: stride)
  }
}
