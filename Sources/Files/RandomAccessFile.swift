import Foundation

/// A file that is read and written anywhere.
///
/// The object belongs to one thread at a time.
package final class RandomAccessFile {
  private let file: FileHandle
  private let path: String

  /// Opens a file of our own to read it and write to it.
  ///
  /// - Parameter making: whether to make it where there is none.
  /// - Throws: ``FileError``: `missing` where there is none; `malformed` where it is a link, has several
  ///   names or is no file; `system`.
  package init(_ url: URL, making: Bool) throws {
    path = url.path
    if making { StopPoint.pass() }
    file = FileHandle(
      fileDescriptor: try OwnFile.open(path, O_RDWR | (making ? O_CREAT : 0)),
      closeOnDealloc: true)
  }

  /// Opens a file that is only read.
  ///
  /// - Throws: ``FileError``: `missing` where there is none; `malformed` where it is no file; `system`.
  package init(reading url: URL) throws {
    path = url.path
    switch try FileKind.of(url) {
    case nil: throw FileError.missing(path)
    case .file: break
    default:
      throw FileError(
        .malformed, path: path, what: "is no file", remedy: "put a copy of the file in its place")
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(reading: path) }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// - Throws: ``FileError`` of kind `system`.
  package func size() throws -> Int {
    try attempt { Int(clamping: try file.seekToEnd()) }
  }

  /// - Returns: `count` bytes, or fewer where the file ends before.
  /// - Throws: ``FileError`` of kind `system`.
  package func read(at offset: Int, count: Int) throws -> Data {
    do {
      try file.seek(toOffset: UInt64(offset))
      return try file.read(upToCount: count) ?? Data()
    } catch {
      throw FileError(reading: path, error)
    }
  }

  /// Hands bytes to the system.
  ///
  /// - Throws: ``FileError`` of kind `system`.
  package func write(_ data: Data, at offset: Int) throws {
    try attempt {
      try StopPoint.write(data) {
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: $0)
      }
    }
  }

  /// Cuts the file, or makes it longer with zeros.
  ///
  /// - Throws: ``FileError`` of kind `system`.
  package func truncate(to size: Int) throws {
    StopPoint.pass()
    try attempt { try file.truncate(atOffset: UInt64(size)) }
  }

  /// Waits until the disk has all.
  ///
  /// - Throws: ``FileError`` of kind `system`.
  package func synchronize() throws {
    StopPoint.pass()
    try attempt { try file.synchronize() }
  }

  private func attempt<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw FileError(writing: path, error)
    }
  }
}
