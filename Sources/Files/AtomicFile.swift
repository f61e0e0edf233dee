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
  public static func write(to url: URL, _ body: (OutputFile) throws -> Void) throws {
    let partial = URL(fileURLWithPath: url.path + ".partial")
    let file = try OutputFile(partial)
    do {
      try body(file)
      try file.synchronize()
      try file.close()
      try move(partial, to: url)
    } catch {
      unlink(partial.path)
      if error is FileError { throw error }
      throw FileError(writing: url.path, error)
    }
    synchronizeFolder(url.deletingLastPathComponent())
  }

  /// Gives a file or folder another name, in the place of a file that has it.
  /// - Throws: ``FileError`` of kind `system`.
  public static func move(_ url: URL, to target: URL) throws {
    StopPoint.pass()
    guard rename(url.path, target.path) == 0 else { throw FileError(renaming: target.path) }
  }

  /// Removes a file, or a folder with all in it. Failing to, or there being none, is no harm.
  public static func remove(_ url: URL) {
    StopPoint.pass()
    try? FileManager.default.removeItem(at: url)
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

  /// Reads a part of a file.
  /// - Returns: `count` bytes, or fewer where the file ends before.
  /// - Throws: ``FileError`` of kind `system`.
  public static func read(_ url: URL, at offset: Int, count: Int) throws -> Data {
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      try file.seek(toOffset: UInt64(offset))
      return try file.read(upToCount: count) ?? Data()
    } catch {
      throw FileError(
        .system, path: url.path, what: "cannot be read (\(FileError.reason(error)))",
        remedy: "check its permissions")
    }
  }

  /// Waits until the disk has all of a file that others write, if it is there.
  /// - Throws: ``FileError`` of kind `system`.
  public static func synchronize(_ url: URL) throws {
    StopPoint.pass()
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return }
      throw FileError(synchronizing: url.path)
    }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError(synchronizing: url.path) }
  }

  /// Makes a renamed or deleted entry of a folder last through a loss of power. Where the file
  /// system cannot do that, nothing is lost but this, so failures are ignored.
  public static func synchronizeFolder(_ url: URL) {
    StopPoint.pass()
    let descriptor = open(url.path, O_RDONLY)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
