import Foundation

/// Files that appear whole or not at all: written under a temporary name beside their place, synced
/// to the disk, renamed. A process that is killed leaves the old file, or none, and perhaps a
/// `….partial` that the next write removes. Where several write one file, each writes it whole, and the
/// last one's stays.
package enum AtomicFile {
  /// Writes a file.
  /// - Parameters:
  ///   - url: Its place, in a folder that exists. A file there is replaced, and so is a link: what it
  ///     points to stays as it is.
  ///   - body: Writes the contents.
  /// - Throws: ``FileError`` of kind `system`, with nothing changed; what `body` throws.
  package static func write(to url: URL, _ body: (OutputFile) throws -> Void) throws {
    try checkReplaceable(url)
    let file = try OutputFile(partialOf: url)
    do {
      // It stays open until it has its name: its lock says that it is no leftover.
      try withExtendedLifetime(file) {
        try ProcessEnd.removing(file.place) {
          try body(file)
          try file.synchronize()
          try move(file.place, to: url)
        }
      }
    } catch {
      unlink(file.place.path)
      if error is FileError { throw error }
      throw FileError(writing: url.path, error)
    }
    synchronizeFolder(url.deletingLastPathComponent())
  }

  /// Refuses a place that ``write(to:_:)`` could not write to, so that it is noticed before the work.
  ///
  /// - Throws: ``FileError`` of kind `system` where there is no folder for it that may be written to, or
  ///   where it is a folder, a pipe or a device.
  package static func check(_ url: URL) throws {
    let parent = url.deletingLastPathComponent()
    guard try FileKind.of(parent) == .folder else {
      throw FileError(
        .system, path: url.path, what: "cannot be written (there is no folder \(parent.path))",
        remedy: "make the folder or choose another")
    }
    guard access(parent.path, W_OK | X_OK) == 0 else {
      throw FileError(writing: url.path, code: errno)
    }
    try checkReplaceable(url)
  }

  /// Links are replaced, as files are.
  private static func checkReplaceable(_ url: URL) throws {
    switch try FileKind.of(url, following: false) {
    case .folder: throw FileError(writing: url.path, code: EISDIR)
    case .other:
      throw FileError(
        .system, path: url.path,
        what: "cannot be written (it is a pipe or a device, which no whole file can replace)",
        remedy: "name a file")
    case .file, .link, nil: break
    }
  }

  /// Makes an empty file where there is nothing, for ``write(to:_:)`` to replace.
  ///
  /// - Returns: false where something has the name.
  /// - Throws: ``FileError`` of kind `system`.
  package static func reserve(_ url: URL) throws -> Bool {
    let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      if errno == EEXIST { return false }
      throw FileError(opening: url.path, errno)
    }
    close(descriptor)
    return true
  }

  /// Makes a folder of a new name among the temporary files.
  ///
  /// - Throws: ``FileError`` of kind `system`.
  package static func makeTemporaryFolder(_ prefix: String) throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(prefix + "XXXXXX")
    var path = Array(url.path.utf8CString)
    guard mkdtemp(&path) != nil else { throw FileError(opening: url.path, errno) }
    let name = path.dropLast().map { UInt8(bitPattern: $0) }
    return URL(fileURLWithPath: String(decoding: name, as: UTF8.self))
  }

  /// Whether a name is of what a writer leaves that is killed, and of which file; nil where it is not.
  package static func target(ofPartial name: String) -> String? { PartialFile.target(of: name) }

  /// Gives a file or folder another name, in the place of a file that has it.
  /// - Throws: ``FileError`` of kind `system`.
  package static func move(_ url: URL, to target: URL) throws {
    StopPoint.pass()
    guard rename(url.path, target.path) == 0 else { throw FileError(renaming: target.path) }
  }

  /// Removes a file or a link. Failing to, or there being none, is no harm; a folder stays.
  package static func remove(_ url: URL) {
    StopPoint.pass()
    unlink(url.path)
  }

  /// Removes files of a folder, and then the folder unless others have something in it. A link to a
  /// folder is removed, and nothing behind it. Failing to is no harm.
  ///
  /// - Parameter isOurs: says of a name whether the file is to go.
  package static func removeFolder(_ url: URL, _ isOurs: (String) -> Bool) {
    switch try? FileKind.of(url, following: false) {
    case .folder: break
    case .link: return remove(url)
    default: return
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    for name in names where isOurs(name) { remove(url.appendingPathComponent(name)) }
    StopPoint.pass()
    rmdir(url.path)
  }

  /// Writes a file that holds `data`.
  /// - Throws: As ``write(to:_:)``.
  package static func write(_ data: Data, to url: URL) throws {
    try write(to: url) { try $0.write(contentsOf: data) }
  }

  /// Reads a whole file.
  /// - Throws: ``FileError``: `missing`, or `system` where it cannot be read or is a folder.
  package static func read(_ url: URL) throws -> Data {
    let kind = try FileKind.of(url)
    if kind == nil { throw FileError.missing(url.path) }
    if kind == .folder {
      throw FileError(.system, path: url.path, what: "is a folder", remedy: "name a file in it")
    }
    do {
      // What another program pipes in has no size.
      if kind == .other { return try FileHandle(forReadingFrom: url).readToEnd() ?? Data() }
      return try Data(contentsOf: url)
    } catch {
      throw FileError(reading: url.path, error)
    }
  }

  /// Reads a part of a file.
  /// - Returns: `count` bytes, or fewer where the file ends before.
  /// - Throws: ``FileError`` of kind `system`.
  package static func read(_ url: URL, at offset: Int, count: Int) throws -> Data {
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      try file.seek(toOffset: UInt64(offset))
      return try file.read(upToCount: count) ?? Data()
    } catch {
      throw FileError(reading: url.path, error)
    }
  }

  /// Cuts a file that is there and longer.
  /// - Throws: ``FileError`` of kind `system`.
  package static func cut(_ url: URL, to size: Int) throws {
    guard FileManager.default.fileExists(atPath: url.path) else { return }
    let file = try RandomAccessFile(url, making: false)
    if try size < file.size() { try file.truncate(to: size) }
  }

  /// Waits until the disk has all of a file that others write, if it is there.
  /// - Throws: ``FileError`` of kind `system`.
  package static func synchronize(_ url: URL) throws {
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
  package static func synchronizeFolder(_ url: URL) {
    StopPoint.pass()
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
