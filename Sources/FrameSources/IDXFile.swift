import Files
import Foundation
import Synchronization

/// An IDX file, gzipped or not: by what it begins with, not by its name.
///
/// What is gzipped is decompressed once and kept; else the file is read where it is wanted. Before memory
/// is taken, what the header says is held against what there is.
struct IDXFile: Sendable {
  let url: URL
  let header: IDXHeader
  private let contents: Contents

  /// Where the bytes behind the header are.
  private enum Contents: Sendable {
    /// All of the decompressed file.
    case memory([UInt8])
    case disk(OpenFile)
  }

  /// - Throws: `FileError`: `missing`; `malformed` where it is no file, no IDX file, damaged, or of
  ///   another size than its header says; `system`.
  init(_ url: URL) throws {
    self.url = url
    let file = try RandomAccessFile(reading: url)
    let size = try file.size()
    let start = try file.read(at: 0, count: IDXHeader.longest)
    if Gzip.isBegun(in: start) {
      let (header, bytes) = try Self.decompressed(file.read(at: 0, count: size), url)
      (self.header, contents) = (header, .memory(bytes))
    } else {
      header = try Self.header(Array(start), of: size, url)
      contents = .disk(OpenFile(file, url))
    }
  }

  /// A part of what is behind the header.
  ///
  /// - Throws: `FileError` where the file has become shorter or cannot be read.
  func bytes(_ range: Range<Int>) throws -> ArraySlice<UInt8> {
    let range = range.lowerBound + header.size..<range.upperBound + header.size
    return switch contents {
    case .memory(let bytes): bytes[range]
    case .disk(let file): try file.bytes(range)[...]
    }
  }

  private static func header(_ start: [UInt8], of size: Int, _ url: URL) throws -> IDXHeader {
    do {
      let header = try IDXHeader(start)
      let declared = header.size + header.contentSize
      guard size == declared else {
        throw IDXProblem(
          "has \(grouped(size)) bytes where its header says \(grouped(declared)) "
            + "(axes of \(header.lengths.map { "\($0)" }.joined(separator: "×")))")
      }
      return header
    } catch let problem as IDXProblem {
      throw Self.error(url, problem.what)
    }
  }

  private static func error(_ url: URL, _ what: String) -> FileError {
    FileError(
      .malformed, path: url.path, what: what, remedy: "copy it again, or name another IDX file")
  }
}

// MARK: - gzipped

extension IDXFile {
  private static func decompressed(_ data: Data, _ url: URL) throws -> (IDXHeader, [UInt8]) {
    do {
      let header = try IDXHeader(Gzip.prefix(data, count: IDXHeader.longest))
      let declared = header.size + header.contentSize
      guard declared <= FrameShape.mostBytes else {
        throw IDXProblem(
          "is of \(grouped(declared)) bytes when decompressed, by its header; what is gzipped is kept "
            + "in memory, at most \(grouped(FrameShape.mostBytes)) bytes: decompress it (gunzip)")
      }
      guard declared <= data.count.multipliedReportingOverflow(by: Gzip.largestRatio).partialValue
      else {
        throw IDXProblem(
          "says that it holds \(grouped(declared)) bytes, which \(grouped(data.count)) gzipped ones "
            + "cannot")
      }
      let bytes = try Gzip.decompress(data, mostBytes: declared)
      return (try self.header(bytes, of: bytes.count, url), bytes)
    } catch let problem as IDXProblem {
      throw error(url, problem.what)
    } catch let problem as GzipError {
      throw error(url, words(for: problem))
    }
  }

  private static func words(for problem: GzipError) -> String {
    switch problem {
    case .truncated: "ends before its gzip data is complete"
    case .corrupt(let message): "holds damaged gzip data (\(message))"
    case .trailing(let count):
      "has \(grouped(count)) bytes behind its gzip data that are no more of it"
    case .longer: "holds more bytes than its header says"
    }
  }
}

/// A file that several threads read, one at a time.
private final class OpenFile: Sendable {
  private let file: Mutex<RandomAccessFile>
  private let url: URL

  init(_ file: sending RandomAccessFile, _ url: URL) {
    self.file = Mutex(file)
    self.url = url
  }

  func bytes(_ range: Range<Int>) throws -> [UInt8] {
    let data = try file.withLock { try $0.read(at: range.lowerBound, count: range.count) }
    guard data.count == range.count else {
      throw FileError(
        .malformed, path: url.path, what: "has become shorter while it was read",
        remedy: "leave it alone during a run")
    }
    return Array(data)
  }
}
