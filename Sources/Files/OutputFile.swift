import Foundation

/// A file that is written from its start or its end.
package final class OutputFile {
  private let file: FileHandle
  /// What errors call it.
  private let path: String
  /// Where it is now, for another program to write it.
  package let place: URL

  /// Opens a file of our own, and makes it where there is none.
  ///
  /// - Parameter appending: whether what it holds stays.
  /// - Throws: ``FileError``: `malformed` where it is a link, has several names or is no file;
  ///   `system`.
  package init(_ url: URL, appending: Bool = false) throws {
    (path, place) = (url.path, url)
    StopPoint.pass()
    let descriptor = try OwnFile.open(path, O_WRONLY | O_CREAT | (appending ? O_APPEND : 0))
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    if !appending, ftruncate(descriptor, 0) != 0 { throw FileError(opening: path, errno) }
  }

  /// Makes a file that will be called otherwise when it is whole.
  ///
  /// - Throws: ``FileError`` of kind `system`.
  init(partialOf url: URL) throws {
    let partial = try PartialFile(for: url.path)
    (path, place) = (url.path, URL(fileURLWithPath: partial.path))
    file = FileHandle(fileDescriptor: partial.descriptor, closeOnDealloc: true)
  }

  /// Hands bytes to the system: they survive the end of the process.
  ///
  /// - Throws: ``FileError`` of kind `system`.
  package func write(contentsOf data: Data) throws {
    do {
      try StopPoint.write(data) { try file.write(contentsOf: $0) }
    } catch {
      throw FileError(writing: path, error)
    }
  }

  /// Waits until the disk has all: it survives a loss of power.
  ///
  /// - Throws: ``FileError`` of kind `system`, where something could not be written after all.
  package func synchronize() throws {
    StopPoint.pass()
    do {
      try file.synchronize()
    } catch {
      throw FileError(writing: path, error)
    }
  }

  /// Bytes of the file.
  ///
  /// - Throws: ``FileError`` of kind `system`.
  package func size() throws -> Int {
    var status = stat()
    guard fstat(file.fileDescriptor, &status) == 0 else {
      throw FileError(writing: path, code: errno)
    }
    return Int(status.st_size)
  }
}
