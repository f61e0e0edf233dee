import Files
import Foundation

/// Reads the records of an event file one by one, so that no more than one is in memory.
///
/// A record (tensorflow/core/lib/io/record_writer.h) is the length of its message in 8 bytes, the
/// length's checksum in 4, the message, and its checksum; little-endian.
package struct EventReader {
  /// Bytes of the file from an offset on: as many as are asked for, or fewer where it ends before.
  private let read: (_ offset: Int, _ count: Int) throws -> Data
  private let size: Int
  private let file: String
  /// Where the next record begins: the number of bytes that were read.
  package private(set) var offset = 0

  /// - Parameter file: what errors call it.
  package init(_ data: Data, file: String) {
    read = { data.dropFirst($0).prefix($1) }
    size = data.count
    self.file = file
  }

  /// - Parameter name: what errors call the file.
  /// - Throws: `FileError` where its size is not to be had.
  init(_ file: RandomAccessFile, named name: String) throws {
    read = file.read
    size = try file.size()
    self.file = name
  }

  /// - Throws: `FileError` where it is missing or cannot be read.
  package init(contentsOf url: URL) throws {
    try self.init(RandomAccessFile(reading: url), named: url.path)
  }

  private static let lengthSize = 8
  private static let checksumSize = 4

  /// The next event; nil at the end of the file, or of the part of it that was finished: what is
  /// left then is less than its record.
  ///
  /// - Throws: `FileError`: `malformed`; `system` where the file cannot be read.
  package mutating func next() throws -> Event? {
    guard let length = try take(Self.lengthSize) else { return nil }
    guard let count = Int(exactly: UInt64(littleEndian: length)),
      let message = try take(count, after: Self.lengthSize + Self.checksumSize)
    else { return nil }
    guard let event = Event(decoding: message) else { throw damaged("is no event") }
    offset += Self.lengthSize + count + 2 * Self.checksumSize
    return event
  }

  /// Bytes of the record that are followed by their checksum; nil where that many are not there,
  /// which is known before memory is taken for them.
  private func take(_ count: Int, after start: Int = 0) throws -> [UInt8]? {
    guard count <= size - offset - start - Self.checksumSize else { return nil }
    var bytes = [UInt8](try read(offset + start, count + Self.checksumSize))
    guard bytes.count == count + Self.checksumSize else { return nil }
    let checksum = UInt32(littleEndian: bytes[count...])
    bytes.removeLast(Self.checksumSize)
    guard checksum == CRC32C.masked(bytes) else { throw damaged("does not match its checksum") }
    return bytes
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
  fileprivate init(littleEndian bytes: some BidirectionalCollection<UInt8>) {
    self = bytes.reversed().reduce(0) { $0 << 8 | Self($1) }
  }

  fileprivate var littleEndianBytes: [UInt8] {
    (0..<bitWidth / 8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) }
  }
}
