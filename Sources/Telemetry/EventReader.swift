import Files
import Foundation

/// Reads the records of an event file one by one.
///
/// A record (tensorflow/core/lib/io/record_writer.h) is the length of its message in 8 bytes, the
/// length's checksum in 4, the message, and its checksum; little-endian.
public struct EventReader {
  private let bytes: [UInt8]
  private let file: String
  /// Where the next record begins: the number of bytes that were read.
  public private(set) var offset = 0

  /// - Parameter file: what errors call it.
  public init(_ data: Data, file: String) {
    bytes = Array(data)
    self.file = file
  }

  /// - Throws: `FileError` where it is missing or cannot be read.
  public init(contentsOf url: URL) throws {
    self.init(try AtomicFile.read(url), file: url.path)
  }

  private static let lengthSize = 8
  private static let checksumSize = 4

  /// The next event; nil at the end of the file, or of the part of it that was finished: what is
  /// left then is less than its record.
  ///
  /// - Throws: `FileError` of kind `malformed`.
  public mutating func next() throws -> Event? {
    guard let length = try take(Self.lengthSize) else { return nil }
    let size: UInt64 = littleEndian(length)
    guard let count = Int(exactly: size), let message = try take(count, after: length.endIndex)
    else { return nil }
    guard let event = try? Event(decoding: message) else { throw damaged("is no event") }
    offset = message.endIndex + Self.checksumSize
    return event
  }

  /// Bytes that are followed by their checksum; nil where that many are not there.
  private func take(_ count: Int, after start: Int? = nil) throws -> ArraySlice<UInt8>? {
    let start = start.map { $0 + Self.checksumSize } ?? offset
    guard count <= bytes.count - start - Self.checksumSize else { return nil }
    let end = start + count
    guard littleEndian(bytes[end..<end + Self.checksumSize]) == CRC32C.masked(bytes[start..<end])
    else { throw damaged("does not match its checksum") }
    return bytes[start..<end]
  }

  private func damaged(_ what: String) -> FileError {
    FileError(
      .malformed, path: file, what: "the record at byte \(offset) \(what)",
      remedy: "remove the file: it holds nothing but pictures of the other files")
  }
}

extension Event {
  /// The event as a record of a file.
  var record: [UInt8] {
    let message = encoded
    var writer = WireWriter()
    writer.littleEndian(UInt64(message.count))
    writer.littleEndian(CRC32C.masked(writer.bytes))
    writer.raw(message)
    writer.littleEndian(CRC32C.masked(message))
    return writer.bytes
  }
}
