import Foundation
import Kernels

/// What a ``Benchmark`` measured; `dreamer bench --json` prints it.
package struct BenchmarkReport: Sendable, Equatable {
  /// One training step, as training makes it: sampling and writing back included.
  package struct Update: Sendable, Equatable {
    package var medianSeconds: Double
    /// Median seconds of each phase, in the order in which they come.
    package var phases: [Phase]
    /// Steps behind these medians; those of the warm-up are not counted.
    package var count: Int
    /// 10⁹ floating-point operations of the step's matrix products and convolutions.
    package var gflop: Double
  }

  package struct Phase: Sendable, Equatable {
    package var name: String
    package var seconds: Double
  }

  /// What was trained: `64×64×3 image, 5 actions; batch 16×64, 15 imagined steps, 4 shards`.
  package var subject: String
  package var update: Update
  /// 10⁹ floating-point operations a second of a 2048³ product, OpenBLAS on all cores.
  package var sgemmGFLOPS: Double
  /// The same on one core.
  package var sgemm1GFLOPS: Double
  /// Median microseconds from an observation to the action of one environment.
  package var policyStepMicroseconds: Double
  /// The most memory that the process held by the end of the updates, in 10⁶ bytes.
  package var peakMemoryMegabytes: Double
  /// Seconds from the start of the process to an untrained agent's first action; nil where the
  /// system does not tell when a process began.
  package var startupSeconds: Double?
  /// Threads that computed the updates.
  package var threads: Int

  /// Threads that could compute at once: those of `sgemmGFLOPS`.
  package var cores: Int
  /// What multiplied in the products.
  package var blas: BLAS
  package var normalization: Normalization

  /// The BLAS as it was when it was measured.
  package struct BLAS: Sendable, Equatable {
    /// Its name and version, and how it was built.
    package var library = GEMM.configuration
    /// The processor whose kernels it runs.
    package var kernels = GEMM.kernelsName
    /// `OPENBLAS_…` of the environment.
    package var variables = GEMM.variables.map { Variable(name: $0.name, value: $0.value) }
    /// Whether these have it run others than the machine's own kernels.
    package var areForeign = GEMM.hasForeignKernels

    package struct Variable: Sendable, Equatable {
      package var name: String
      package var value: String
    }
  }

  /// What makes the update of this machine comparable with those of others.
  package struct Normalization: Sendable, Equatable {
    /// The speed of a 2048³ product on as many threads as computed the updates.
    package var sgemmGFLOPS: Double
    package var threads: Int
    /// Processors' time that control groups allow; nil where they set no quota.
    package var quota = Processors.quota
  }

  /// Seconds that an update would take on a machine that multiplies at 112 GFLOP/s, all else being
  /// in proportion: what compares machines, and hours of a shared one. Nil where it would compare
  /// nothing: see ``reasonAgainstNormalizing``.
  package var normalizedUpdateSeconds: Double? {
    guard reasonAgainstNormalizing == nil else { return nil }
    return update.medianSeconds * normalization.sgemmGFLOPS / Self.referenceGFLOPS
  }

  /// Why the speed of the product is not the machine's.
  var reasonAgainstNormalizing: String? {
    if blas.areForeign {
      return "OPENBLAS_CORETYPE has the product run kernels of \(blas.kernels), not this machine's "
        + "own"
    }
    if let quota = normalization.quota, quota < Double(normalization.threads) {
      return "a quota of \(quota) processors slows updates and not a product, which is short"
    }
    return nil
  }

  /// What two cores of the machines that this project was made on reach.
  static let referenceGFLOPS = 112.0
}

extension BenchmarkReport {
  /// The report as one JSON object on one line.
  package var json: String {
    let phases = update.phases.map { "\"\($0.name)\": \(Self.number($0.seconds))" }
    let members = [
      "\"update\": {\"median_s\": \(Self.number(update.medianSeconds)), "
        + "\"phases\": {\(phases.joined(separator: ", "))}}",
      "\"sgemm_gflops\": \(Self.number(sgemmGFLOPS))",
      "\"sgemm1_gflops\": \(Self.number(sgemm1GFLOPS))",
      "\"policy_step\": {\"median_us\": \(Self.number(policyStepMicroseconds))}",
      "\"peak_rss_mb\": \(Self.number(peakMemoryMegabytes))",
      "\"startup_s\": \(startupSeconds.map(Self.number) ?? "null")",
      "\"threads\": \(threads)",
      "\"normalized_update_s\": \(normalizedUpdateSeconds.map(Self.number) ?? "null")",
      "\"blas\": \(blas.json)",
    ]
    return "{\(members.joined(separator: ", "))}"
  }

  /// The report as a table for people.
  package var table: String {
    var rows = [("update", update.medianSeconds, "s", "median of \(update.count)")]
    rows += update.phases.map { ("  \($0.name)", $0.seconds, "s", "") }
    rows.append(("arithmetic", update.gflop, "GFLOP", "matrix products and convolutions"))
    rows.append(("  a second", update.gflop / update.medianSeconds, "GFLOP/s", ""))
    if let normalizedUpdateSeconds {
      let cores = Self.cores(normalization.threads)
      rows.append(
        ("normalised update", normalizedUpdateSeconds, "s", "update · sgemm on \(cores) / 112"))
    }
    rows += [
      ("sgemm", sgemmGFLOPS, "GFLOP/s", "2048³, \(Self.cores(cores))"),
      ("sgemm1", sgemm1GFLOPS, "GFLOP/s", "2048³, 1 core"),
      ("policy step", policyStepMicroseconds, "µs", "one environment"),
      ("peak memory", peakMemoryMegabytes, "MB", ""),
    ]
    if let startupSeconds {
      rows.append(("startup", startupSeconds, "s", "process start to first action"))
    }
    let reason = reasonAgainstNormalizing.map { ["no normalised update: \($0)"] } ?? []
    let lines = rows.map(Self.line) + reason + [blas.line]
    let head = "\(subject); \(threads) thread\(threads == 1 ? "" : "s")"
    return ([head] + lines).joined(separator: "\n")
  }

  private static func cores(_ count: Int) -> String { count == 1 ? "1 core" : "\(count) cores" }

  private static func line(
    _ row: (name: String, value: Double, unit: String, note: String)
  ) -> String {
    let name = row.name.padding(toLength: 26, withPad: " ", startingAt: 0)
    let value = number(row.value)
    let column = String(repeating: " ", count: max(0, 9 - value.count)) + value
    return [name, column, row.unit, row.note].filter { !$0.isEmpty }.joined(separator: " ")
  }

  /// Four significant digits, and all of those before the point.
  private static func number(_ value: Double) -> String {
    let digits = value == 0 ? 0 : Int(log10(abs(value)).rounded(.down))
    return String(format: "%.\(min(max(3 - digits, 0), 9))f", value)
  }
}

extension BenchmarkReport.BLAS {
  /// `BLAS: OpenBLAS 0.3.21 …, kernels of SkylakeX; OPENBLAS_CORETYPE=SkylakeX`
  var line: String {
    let set = variables.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    return "BLAS: \(library), kernels of \(kernels)" + (set.isEmpty ? "" : "; \(set)")
  }

  var json: String {
    let environment = variables.map { "\(Self.quoted($0.name)): \(Self.quoted($0.value))" }
    return "{\"library\": \(Self.quoted(library)), \"kernels\": \(Self.quoted(kernels)), "
      + "\"environment\": {\(environment.joined(separator: ", "))}}"
  }

  private static func quoted(_ text: String) -> String {
    let data = try? JSONEncoder().encode(text)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
