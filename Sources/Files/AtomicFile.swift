import Foundation

/// Files that appear whole or not at all: written under a temporary name beside their place, synced
/// to the disk, renamed. A process that is killed leaves the old file, or none, and perhaps a
/// `….partial` that the next write replaces.
public enum AtomicFile {
  /// Writes a file.
  /// - Parameters:
  ///   - url: Its place, in a folder that exists. A file there is replaced.
  ///   - body: Writes the contents.
  /// - Throws: ``FileError`` of kind `system`, with nothing changed; what `body` throws.
  public static func write(to url: URL, _ body: (FileHandle) throws -> Void) throws {
    let partial = url.path + ".partial"
    let file = try create(partial)
    do {
      try body(file)
      try file.synchronize()
      try file.close()
      guard rename(partial, url.path) == 0 else {
        throw FileError(renaming: url.path)
      }
    } catch {
      unlink(partial)
      if error is FileError { throw error }
      throw FileError(writing: url.path, error)
    }
    synchronizeFolder(url.deletingLastPathComponent())
  }

  /// Writes a file that holds `data`.
  /// - Throws: As ``write(to:_:)``.
  public static func write(_ data: Data, to url: URL) throws {
    try write(to: url) { try $0.write(contentsOf: data) }
  }

  /// Reads a whole file.
  /// - Throws: ``FileError``: `missing`, or `system` where it cannot be read or is a folder.
  public static func read(_ url: URL) throws -> Data {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw FileError(
        .missing, path: url.path, what: "there is no such file", remedy: "check the path")
    }
    guard !isFolder.boolValue else {
      throw FileError(.system, path: url.path, what: "is a folder", remedy: "name a file in it")
    }
    do {
      return try Data(contentsOf: url)
    } catch {
      throw FileError(
        .system, path: url.path, what: "cannot be read (\(FileError.reason(error)))",
        remedy: "check its permissions")
    }
  }

  /// Makes a renamed or deleted entry of a folder last through a loss of power. Where the file
  /// system cannot do that, nothing is lost but this, so failures are ignored.
  public static func synchronizeFolder(_ url: URL) {
    let descriptor = open(url.path, O_RDONLY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// An empty file, open for writing.
  private static func create(_ path: String) throws -> FileHandle {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileError(opening: path) }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }
}
