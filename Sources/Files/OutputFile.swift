import Foundation

/// A file that is written from its start or its end.
public final class OutputFile {
  private let file: FileHandle
  private let path: String

  /// Opens a file, and makes it where there is none.
  ///
  /// - Parameter appending: whether what it holds stays.
  /// - Throws: ``FileError`` of kind `system`.
  public init(_ url: URL, appending: Bool = false) throws {
    path = url.path
    StopPoint.pass()
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (appending ? O_APPEND : O_TRUNC)
    let descriptor = open(path, flags, 0o644)
    guard descriptor >= 0 else { throw FileError(opening: path) }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// Hands bytes to the system: they survive the end of the process.
  ///
  /// - Throws: ``FileError`` of kind `system`.
  public func write(contentsOf data: Data) throws {
    do {
      try StopPoint.write(data) { try file.write(contentsOf: $0) }
    } catch {
      throw FileError(writing: path, error)
    }
  }

  /// Waits until the disk has all: it survives a loss of power.
  ///
  /// - Throws: ``FileError`` of kind `system`.
  public func synchronize() throws {
    StopPoint.pass()
    do {
      try file.synchronize()
    } catch {
      throw FileError(writing: path, error)
    }
  }

  /// - Throws: ``FileError`` of kind `system`, where something could not be written after all.
  public func close() throws {
    do {
      try file.close()
    } catch {
      throw FileError(writing: path, error)
    }
  }
}
