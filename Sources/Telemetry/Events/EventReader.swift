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
    guard let count = Int(exactly: UInt64(littleEndian: length)),
      let message = try take(count, after: length.endIndex)
    else { return nil }
    guard let event = Event(decoding: Array(message)) else { throw damaged("is no event") }
    offset = message.endIndex + Self.checksumSize
    return event
  }

  /// Bytes that are followed by their checksum; nil where that many are not there.
  private func take(_ count: Int, after start: Int? = nil) throws -> ArraySlice<UInt8>? {
    let start = start.map { $0 + Self.checksumSize } ?? offset
    guard count <= bytes.count - start - Self.checksumSize else { return nil }
    let end = start + count
    let checksum = UInt32(littleEndian: bytes[end..<end + Self.checksumSize])
    guard checksum == CRC32C.masked(bytes[start..<end]) else {
      throw damaged("does not match its checksum")
    }
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
  /// - Throws: `BinaryEncodingError` where it is too long.
  func record() throws -> [UInt8] {
    let message = try encoded()
    let length = UInt64(message.count).littleEndianBytes
    return length + CRC32C.masked(length).littleEndianBytes
      + message + CRC32C.masked(message).littleEndianBytes
  }
}

extension FixedWidthInteger {
  /// An integer from its bytes, the least significant first.
  fileprivate init(littleEndian bytes: ArraySlice<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Self($1) }
  }

  fileprivate var littleEndianBytes: [UInt8] {
    (0..<bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
  }
}
