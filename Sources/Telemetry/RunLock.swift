import Files
import Foundation

/// Holds a run folder against other processes for as long as the object lives. The system lets go of
/// it when a process ends, however it ends.
public final class RunLock: Sendable {
  private let descriptor: Int32

  /// - Throws: `FileError`: `exists` where another process holds the folder; `system`.
  fileprivate init(_ folder: URL) throws {
    descriptor = open(folder.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(opening: folder.path, errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw FileError(
        .exists, path: folder.path, what: "is in use by another process",
        remedy: "wait for its end or choose another --logdir")
    }
  }

  deinit { close(descriptor) }
}

extension RunFolder {
  /// Makes the folder, if it is not there, and keeps other processes from it.
  ///
  /// - Throws: `FileError`: `exists` where another process has it; `system`.
  public func lock() throws -> RunLock {
    try Self.create(url)
    return try RunLock(url)
  }

  /// Whether a process is writing to the folder at this moment.
  public var isInUse: Bool {
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }
}
