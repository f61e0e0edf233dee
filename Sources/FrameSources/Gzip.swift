internal import CZlib
import Foundation

// The only file that calls zlib (zlib.h, "Basic Functions" and "Advanced Functions").

/// Why bytes are no gzip data.
enum GzipError: Error, Sendable, Equatable {
  /// The data ends before it is complete.
  case truncated
  /// zlib's own words, `incorrect data check` for one.
  case corrupt(String)
  /// So many bytes follow that are neither another member nor zeros.
  case trailing(Int)
  /// There is more in it than was asked for.
  case longer
}

/// Decompression of gzip data: one member or several behind each other (RFC 1952, section 2.2), with
/// their checksums; behind them nothing but zeros, with which tapes are filled up.
enum Gzip {
  /// The most bytes for which one compressed byte can stand (zlib's Technical Details, "Maximum
  /// Compression Factor").
  static let largestRatio = 1032
  /// How a member begins.
  fileprivate static let mark: [UInt8] = [0x1F, 0x8B]

  /// Whether data begins as gzip data does.
  static func isBegun(in data: Data) -> Bool { data.starts(with: mark) }

  /// Decompresses everything. Memory is taken as there is something for it.
  ///
  /// - Parameter mostBytes: beyond which it is too long.
  /// - Throws: ``GzipError``.
  static func decompress(_ data: Data, mostBytes: Int) throws -> [UInt8] {
    try data.withUnsafeBytes { try Inflation(of: $0).run(mostBytes: mostBytes) }
  }

  /// The first bytes, or all where there are fewer. What follows is not looked at.
  ///
  /// - Throws: ``GzipError``.
  static func prefix(_ data: Data, count: Int) throws -> [UInt8] {
    try data.withUnsafeBytes { try Inflation(of: $0).prefix(count) }
  }
}

/// zlib's state between the calls of `inflate`, which must not move. It lives within the call that owns
/// the input.
private final class Inflation {
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let input: UnsafeRawBufferPointer
  /// Where the input begins that zlib was not given yet: it takes at most four gigabytes at a time.
  private var position = 0
  private var output: [UInt8] = []
  private var chunk = [UInt8](repeating: 0, count: 1 << 16)

  init(of input: UnsafeRawBufferPointer) throws {
    self.input = input
    stream.initialize(to: z_stream())
    // The largest window, and 16 for gzip alone.
    let code = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw GzipError.corrupt("zlib does not start (\(code))") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func run(mostBytes: Int) throws -> [UInt8] {
    repeat {
      while try !advance() { try check(mostBytes) }
      try check(mostBytes)
    } while try beginMember()
    return output
  }

  private func check(_ mostBytes: Int) throws {
    if output.count > mostBytes { throw GzipError.longer }
  }

  func prefix(_ count: Int) throws -> [UInt8] {
    while output.count < count {
      if try advance(), try !beginMember() { break }
    }
    return Array(output.prefix(count))
  }

  /// Decompresses some more.
  ///
  /// - Returns: whether the member is complete, its checksum right.
  private func advance() throws -> Bool {
    feed()
    let code = chunk.withUnsafeMutableBufferPointer { chunk in
      stream.pointee.next_out = chunk.baseAddress
      stream.pointee.avail_out = UInt32(chunk.count)
      return inflate(stream, Z_NO_FLUSH)
    }
    output += chunk.prefix(chunk.count - Int(stream.pointee.avail_out))
    switch code {
    case Z_OK: return false
    case Z_STREAM_END: return true
    // There is room for output, so it is input that is wanting.
    case Z_BUF_ERROR: throw GzipError.truncated
    default:
      let message = stream.pointee.msg.map { String(cString: $0) }
      throw GzipError.corrupt(message ?? "zlib's error \(code)")
    }
  }

  private func feed() {
    guard stream.pointee.avail_in == 0, position < input.count else { return }
    let part = UnsafeRawBufferPointer(rebasing: input[position...].prefix(1 << 30))
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: part.bindMemory(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = UInt32(part.count)
    position += part.count
  }

  /// - Returns: whether there is another member behind the last one.
  private func beginMember() throws -> Bool {
    let rest = input[(position - Int(stream.pointee.avail_in))...]
    if rest.allSatisfy({ $0 == 0 }) { return false }
    guard rest.starts(with: Gzip.mark) else { throw GzipError.trailing(rest.count) }
    inflateReset(stream)
    return true
  }
}
