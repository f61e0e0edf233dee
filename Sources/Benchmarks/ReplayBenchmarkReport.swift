import Foundation
import ReplayBuffers
import ReplaySettings
import Runs

/// What a ``ReplayBenchmark`` measured.
package struct ReplayBenchmarkReport: Sendable {
  /// How long something took, each time.
  package struct Waits: Sendable {
    private var milliseconds: [Float] = []

    mutating func measure(_ body: () throws -> Void) rethrows {
      let clock = Stopwatch()
      try body()
      milliseconds.append(Float(clock.seconds * 1000))
    }

    /// Milliseconds that a share of the waits is below.
    package func quantile(_ share: Double) -> Float {
      let sorted = milliseconds.sorted()
      return sorted.isEmpty ? 0 : sorted[Int(share * Double(sorted.count - 1))]
    }

    package var count: Int { milliseconds.count }

    /// Those of more than so many milliseconds.
    package func count(above limit: Float) -> Int { milliseconds.count { $0 > limit } }
  }

  package let task: String
  package internal(set) var steps = 0
  package internal(set) var seconds = 0.0
  package internal(set) var appending = Waits()
  package internal(set) var sampling = Waits()
  package internal(set) var updating = Waits()
  package internal(set) var saving = Waits()
  package internal(set) var peakMemoryMegabytes = 0.0
  package internal(set) var bound = 0
  package internal(set) var recordBytes = 0
  package internal(set) var latentBytes = 0
  package internal(set) var files = (chunks: 0, latents: 0)
  /// Of a sample of the chunks.
  package internal(set) var packing: PackingReport?

  init(task: String) { self.task = task }

  private var waits: [(name: String, waits: Waits)] {
    [("append", appending), ("sample", sampling), ("write back", updating), ("save", saving)]
  }

  /// The report as a table for people.
  package var table: String {
    let raw = Double(max(packing?.raw ?? 0, 1))
    let ratio = Double(packing?.files ?? 0) / raw
    let whole = Double(packing?.wholeChunks ?? 0) / raw
    let lines = [
      "\(task): \(steps) random steps in \(Self.text(seconds)) s, "
        + "\(ByteSize.text(recordBytes)) of record and \(ByteSize.text(latentBytes)) of latents a step",
      "peak memory of the process  \(Self.text(peakMemoryMegabytes)) MB, replay.memory is "
        + ByteSize.text(bound),
      "records on disk             \(ByteSize.text(files.chunks)) of "
        + "\(ByteSize.text(recordBytes * steps))",
      "packed in blocks            \(Self.text(100 * ratio)) % of the raw bytes; whole chunks by "
        + "zstd -3: \(Self.text(100 * whole)) %",
      "latents on disk             \(ByteSize.text(files.latents)) of "
        + ByteSize.text(latentBytes * steps),
      "milliseconds                median     99 %   99.9 %  longest   above 50 ms",
    ]
    return (lines + waits.map { Self.line($0.name, $0.waits) }).joined(separator: "\n")
  }

  private static func line(_ name: String, _ waits: Waits) -> String {
    let numbers = [0.5, 0.99, 0.999, 1].map { String(format: "%9.3f", waits.quantile($0)) }
    return name.padding(toLength: 24, withPad: " ", startingAt: 0) + numbers.joined()
      + "   \(waits.count(above: 50)) of \(waits.count)"
  }

  private static func text(_ value: Double) -> String {
    String(format: value < 10 ? "%.2f" : "%.0f", value)
  }

  /// The report as one JSON object on one line.
  package var json: String {
    let members = waits.map { name, waits in
      let key = name.replacingOccurrences(of: " ", with: "_")
      let quantiles = [("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("max", 1)]
        .map { "\"\($0)_ms\": \(waits.quantile($1))" }
      return "\"\(key)\": {\(quantiles.joined(separator: ", ")), \"above_50_ms\": "
        + "\(waits.count(above: 50)), \"count\": \(waits.count)}"
    }
    let sizes = [
      "\"steps\": \(steps)", "\"seconds\": \(seconds)", "\"peak_rss_mb\": \(peakMemoryMegabytes)",
      "\"bound_bytes\": \(bound)", "\"record_bytes\": \(recordBytes)",
      "\"latent_bytes\": \(latentBytes)", "\"chunk_files_bytes\": \(files.chunks)",
      "\"latents_file_bytes\": \(files.latents)", "\"sampled_raw_bytes\": \(packing?.raw ?? 0)",
      "\"sampled_files_bytes\": \(packing?.files ?? 0)",
      "\"sampled_whole_chunks_bytes\": \(packing?.wholeChunks ?? 0)",
    ]
    return "{" + (["\"task\": \"\(task)\""] + sizes + members).joined(separator: ", ") + "}"
  }
}
