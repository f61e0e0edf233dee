import Files
import Foundation

/// A file with one JSON object a line: `metrics.jsonl`, `scores.jsonl`.
///
/// Each record is handed to the system whole before ``write(_:)`` returns, so a process that is
/// killed loses none; the machine's losing power may cost the last ones.
public final class JSONLines: MetricSink {
  private let file: OutputFile

  /// Opens a file to add records to it.
  /// - Parameters:
  ///   - url: The file. It need not exist; its folder must.
  ///   - lastStep: Lines of later steps are cut, as is a last line that was not finished: a resumed
  ///     run writes them again. Nil cuts everything.
  /// - Throws: `FileError`: `malformed` where a line has no step; `system`.
  public init(_ url: URL, keepingThrough lastStep: Int? = nil) throws {
    if let lastStep { try Self.cut(url, after: lastStep) }
    file = try OutputFile(url, appending: lastStep != nil)
  }

  public func write(_ record: MetricRecord) throws {
    try file.write(contentsOf: Data((record.json + "\n").utf8))
  }

  /// Waits until the disk has all records.
  /// - Throws: `FileError` of kind `system`.
  public func synchronize() throws { try file.synchronize() }

  /// Rewrites a file without its lines after a step.
  private static func cut(_ url: URL, after lastStep: Int) throws {
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    let data = try AtomicFile.read(url)
    var kept = Data()
    var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    // What follows the last end of a line is empty or unfinished.
    lines.removeLast()
    for (index, line) in lines.enumerated() {
      guard let record = try? JSONDecoder().decode(StepOfRecord.self, from: line) else {
        throw FileError(
          .malformed, path: url.path, what: "line \(index + 1) is no record with a step",
          remedy: "remove that line")
      }
      if record.step <= lastStep { kept.append(contentsOf: line + [UInt8(ascii: "\n")]) }
    }
    if kept.count != data.count { try AtomicFile.write(kept, to: url) }
  }

  private struct StepOfRecord: Decodable { var step: Int }
}
