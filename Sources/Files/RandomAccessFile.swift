import Foundation

/// A file that is read and written anywhere.
///
/// The object belongs to one thread at a time.
public final class RandomAccessFile {
  private let file: FileHandle
  private let path: String

  /// Opens a file.
  ///
  /// - Parameter making: whether to make it where there is none.
  /// - Throws: ``FileError``: `missing` where there is none; `system`.
  public convenience init(_ url: URL, making: Bool) throws {
    if making { StopPoint.pass() }
    try self.init(url, flags: O_RDWR | (making ? O_CREAT : 0))
  }

  /// Opens a file that is only read.
  ///
  /// - Throws: ``FileError``: `missing` where there is none; `system`.
  public convenience init(reading url: URL) throws { try self.init(url, flags: O_RDONLY) }

  private init(_ url: URL, flags: Int32) throws {
    path = url.path
    let descriptor = open(path, flags | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      if errno == ENOENT {
        throw FileError(
          .missing, path: path, what: "there is no such file", remedy: "check the path")
      }
      throw FileError(opening: path)
    }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// - Throws: ``FileError`` of kind `system`.
  public func size() throws -> Int {
    try attempt { Int(clamping: try file.seekToEnd()) }
  }

  /// - Returns: `count` bytes, or fewer where the file ends before.
  /// - Throws: ``FileError`` of kind `system`.
  public func read(at offset: Int, count: Int) throws -> Data {
    do {
      try file.seek(toOffset: UInt64(offset))
      return try file.read(upToCount: count) ?? Data()
    } catch {
      throw FileError(
        .system, path: path, what: "cannot be read (\(FileError.reason(error)))",
        remedy: "check the disk")
    }
  }

  /// Hands bytes to the system.
  ///
  /// - Throws: ``FileError`` of kind `system`.
  public func write(_ data: Data, at offset: Int) throws {
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
  public func truncate(to size: Int) throws {
    StopPoint.pass()
    try attempt { try file.truncate(atOffset: UInt64(size)) }
  }

  /// Waits until the disk has all.
  ///
  /// - Throws: ``FileError`` of kind `system`.
  public func synchronize() throws {
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
