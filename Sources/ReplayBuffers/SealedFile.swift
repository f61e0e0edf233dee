import Files
import Foundation
import Kernels

/// A file whose contents are known to be what was written: a header in JSON and a body of bytes, each
/// with its checksum.
///
/// ```
/// magic                        8 bytes, "drmrply1"
/// header's and body's length   8 bytes each, little-endian, as all numbers here
/// header's and body's checksum 8 bytes each: XXH64
/// header, body
/// ```
struct SealedFile {
  private static let magic = Data("drmrply1".utf8)
  /// Bytes before the header.
  private static let prefix = 40
  /// The longest header that is believed: chunks of a large memory's index.
  private static let largestHeader = 1 << 30

  /// Writes a file whole or not at all.
  ///
  /// - Returns: where the body begins, and its checksum.
  /// - Throws: `FileError` of kind `system`.
  @discardableResult
  static func write(
    _ header: some Encodable, _ body: Data, to url: URL
  ) throws -> (bodyOffset: Int, bodyChecksum: UInt64) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let header = try encoder.encode(header)
    let bodyChecksum = body.checksum
    let numbers = [
      UInt64(header.count), UInt64(body.count), header.checksum, bodyChecksum,
    ]
    try AtomicFile.write(to: url) {
      try $0.write(contentsOf: magic + Data(elements: numbers) + header)
      try $0.write(contentsOf: body)
    }
    return (prefix + header.count, bodyChecksum)
  }

  /// Reads and checks a file.
  ///
  /// - Throws: `FileError`: `malformed` where it is not as it was written; `missing`; `system`.
  static func read<Header: Decodable>(
    _ url: URL, as type: Header.Type
  ) throws -> (header: Header, body: Data, bodyOffset: Int, bodyChecksum: UInt64) {
    let data = try AtomicFile.read(url)
    guard data.count >= prefix, data.prefix(8) == magic,
      let numbers = Data(data[8..<prefix]).elements(of: UInt64.self),
      numbers[0] <= largestHeader, numbers[1] == UInt64(data.count - prefix) &- numbers[0]
    else { throw damage(url, "is no file of replay, or not all of one") }
    let bodyStart = prefix + Int(numbers[0])
    guard bodyStart <= data.count else { throw damage(url, "is not all there") }
    let (header, body) = (Data(data[prefix..<bodyStart]), Data(data[bodyStart...]))
    guard header.checksum == numbers[2], body.checksum == numbers[3] else {
      throw damage(url, "is damaged: its checksum is not that of its contents")
    }
    do {
      return (try JSONDecoder().decode(type, from: header), body, bodyStart, numbers[3])
    } catch {
      throw damage(url, "has a header that is not understood")
    }
  }

  static func damage(_ url: URL, _ what: String) -> FileError {
    FileError(
      .malformed, path: url.path, what: what,
      remedy: "put back a copy of it, or begin another run with --logdir")
  }
}
