import Files
import Foundation

/// A file with one JSON object a line: `metrics.jsonl`, `scores.jsonl`.
///
/// Each record is handed to the system whole before ``write(_:)`` returns, so a process that is
/// killed loses none; the machine's losing power may cost the last ones.
package final class JSONLines: MetricSink {
  private let file: OutputFile
  /// Of all lines.
  package private(set) var digest: LogDigest

  /// Opens a file to add records to it.
  /// - Parameters:
  ///   - url: The file. It need not exist; its folder must.
  ///   - beginning: What of it stays; nil for nothing.
  /// - Throws: `FileError` of kind `system`.
  package init(_ url: URL, keeping beginning: LogBeginning? = nil) throws {
    if let beginning { try AtomicFile.cut(url, to: beginning.end) }
    file = try OutputFile(url, appending: beginning != nil)
    digest = beginning?.digest ?? LogDigest()
  }

  package func write(_ record: MetricRecord) throws {
    let line = Data(record.json.utf8)
    try file.write(contentsOf: line + [UInt8(ascii: "\n")])
    digest.add(line: line)
  }

  /// Waits until the disk has all records.
  /// - Throws: `FileError` of kind `system`.
  package func synchronize() throws { try file.synchronize() }

  /// Bytes of the file.
  /// - Throws: `FileError` of kind `system`.
  package func size() throws -> Int { try file.size() }

  /// The lines of a file up to a step, for lines are in the order of steps: a resumed run writes later
  /// ones again, and a last one that was not finished.
  ///
  /// - Parameter size: what is beyond so many bytes is left out too: lines of that step which came
  ///   after; nil for nothing.
  /// - Returns: nil where there is no file.
  /// - Throws: `FileError`: `malformed` where a line has no step; `system`.
  package static func beginning(
    of url: URL, through lastStep: Int, within size: Int? = nil
  ) throws -> LogBeginning? {
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    var reader = LineReader(try RandomAccessFile(reading: url))
    var number = 1
    var beginning = LogBeginning()
    while let line = try reader.next() {
      guard let step = Self.step(of: line) else {
        throw FileError(
          .malformed, path: url.path, what: "line \(number) is no record with a step",
          remedy: "put back a copy of the file, or move it away: the run then begins another")
      }
      if step > lastStep || reader.offset > size ?? .max { break }
      number += 1
      beginning.end = reader.offset
      beginning.digest.add(line: line)
    }
    return beginning
  }

  private static let start = Data("{\"step\": ".utf8)

  private struct StepOfRecord: Decodable { var step: Int }

  /// The step of a line; nil where it is no record. Of a line as this program writes it the beginning
  /// tells.
  private static func step(of line: Data) -> Int? {
    let rest = line.dropFirst(start.count)
    let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    let end = rest.dropFirst(digits.count).first
    if line.starts(with: start), line.last == UInt8(ascii: "}"),
      end == UInt8(ascii: ",") || end == UInt8(ascii: "}"),
      let step = Int(String(decoding: digits, as: UTF8.self))
    {
      return step
    }
    return try? JSONDecoder().decode(StepOfRecord.self, from: line).step
  }
}

/// Reads the lines of a file one by one, a piece of it in memory.
private struct LineReader {
  private let file: RandomAccessFile
  /// What was read and is not of a line that was handed out.
  private var rest = Data()
  /// Where the next line begins.
  private(set) var offset = 0

  init(_ file: RandomAccessFile) { self.file = file }

  private static let pieceSize = 1 << 16

  /// The next line without its end; nil where what follows is empty or unfinished.
  mutating func next() throws -> Data? {
    var unsearched = rest.startIndex
    while true {
      if let end = rest[unsearched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { rest = rest[(end + 1)...] }
        offset += end + 1 - rest.startIndex
        return rest[..<end]
      }
      // The indices of a slice are not those of a copy.
      let piece = try file.read(at: offset + rest.count, count: Self.pieceSize)
      if piece.isEmpty { return nil }
      unsearched = rest.count
      rest = Data(rest) + piece
    }
  }
}
