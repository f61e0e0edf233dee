import Files
import Foundation

/// Holds a run folder against other processes for as long as the object lives. The system lets go of
/// it when a process ends, however it ends.
package final class RunLock: Sendable {
  private let descriptor: Int32
  private let folder: URL
  /// Whether the folder was made for this, and goes again where nothing came into it.
  private let madeFolder: Bool
  /// Whether the file system knows no locks, as some that are shared between machines do not: then
  /// nothing keeps others from the folder.
  package let isMissing: Bool

  /// - Throws: `FileError`: `exists` where another process holds the folder; `system`.
  fileprivate init(_ folder: URL) throws {
    madeFolder = Self.make(folder)
    if !madeFolder { try RunFolder.create(folder) }
    self.folder = folder
    descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(opening: folder.path, errno) }
    switch Self.take(LOCK_EX, descriptor) {
    case 0: isMissing = false
    case EWOULDBLOCK:
      close(descriptor)
      throw FileError(
        .exists, path: folder.path, what: "is in use by another process",
        remedy: "wait for its end or choose another --logdir")
    default: isMissing = true
    }
  }

  deinit {
    close(descriptor)
    // Which fails where something is in it.
    if madeFolder { rmdir(folder.path) }
  }

  /// Makes a folder, and those above it where they are missing.
  ///
  /// - Returns: whether it was not there.
  private static func make(_ folder: URL) -> Bool {
    if mkdir(folder.path, 0o777) == 0 { return true }
    let parent = folder.standardizedFileURL.deletingLastPathComponent()
    return errno == ENOENT && (try? RunFolder.create(parent)) != nil
      && mkdir(folder.path, 0o777) == 0
  }

  /// Asks for a lock, for a while: who only looks whether there is one has it for a moment.
  ///
  /// - Returns: 0, or the system's number for why it is not to be had.
  private static func take(_ kind: Int32, _ descriptor: Int32) -> Int32 {
    for attempt in 1... {
      if flock(descriptor, kind | LOCK_NB) == 0 { return 0 }
      let code = errno
      guard code == EINTR || (code == EWOULDBLOCK && attempt < 20) else { return code }
      usleep(5000)
    }
    return 0
  }

  /// Refuses to go on where the folder is another than the one that was locked: what is written to its
  /// path would be no part of the run, or would be part of another.
  ///
  /// - Throws: `FileError` of kind `system`.
  package func check() throws {
    var (own, there) = (stat(), stat())
    guard fstat(descriptor, &own) == 0 else { return }
    let exists = stat(folder.path, &there) == 0
    if exists, own.st_ino == there.st_ino, own.st_dev == there.st_dev { return }
    throw FileError(
      .system, path: folder.path,
      what: "was moved or removed while the run was training in it",
      remedy: "what was saved before is where the folder is now; continue there with --resume")
  }
}

extension RunFolder {
  /// Makes the folder, if it is not there, and keeps other processes from it.
  ///
  /// - Throws: `FileError`: `exists` where another process has it; `system`.
  package func lock() throws -> RunLock { try RunLock(url) }

  /// Whether a process is writing to the folder at this moment. Where the file system knows no locks,
  /// nobody can tell.
  package var isInUse: Bool {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
