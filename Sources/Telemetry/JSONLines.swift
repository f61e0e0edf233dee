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
  ///   - size: What else is beyond so many bytes is cut, too: lines of that step which came after.
  /// - Throws: `FileError`: `malformed` where a line has no step; `system`.
  public init(_ url: URL, keepingThrough lastStep: Int? = nil, within size: Int? = nil) throws {
    if let lastStep { try Self.cut(url, after: lastStep, within: size ?? .max) }
    file = try OutputFile(url, appending: lastStep != nil)
  }

  public func write(_ record: MetricRecord) throws {
    try file.write(contentsOf: Data((record.json + "\n").utf8))
  }

  /// Waits until the disk has all records.
  /// - Throws: `FileError` of kind `system`.
  public func synchronize() throws { try file.synchronize() }

  /// Bytes of the file.
  /// - Throws: `FileError` of kind `system`.
  public func size() throws -> Int { try file.size() }

  /// Cuts a file where the first line of a later step begins, for lines are in the order of steps.
  private static func cut(_ url: URL, after lastStep: Int, within size: Int) throws {
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    let file = try RandomAccessFile(url, making: false)
    var reader = LineReader(file)
    var (number, end) = (1, 0)
    while let line = try reader.next() {
      guard let record = try? JSONDecoder().decode(StepOfRecord.self, from: line) else {
        throw FileError(
          .malformed, path: url.path, what: "line \(number) is no record with a step",
          remedy: "remove that line")
      }
      if record.step > lastStep || reader.offset > size { break }
      number += 1
      end = reader.offset
    }
    if try end < file.size() { try file.truncate(to: end) }
  }

  private struct StepOfRecord: Decodable { var step: Int }
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
