import Foundation

/// The temporary file that a file is written to until it is whole: `<name>.dreamer-<n>.partial`
/// beside it.
///
/// Its writer holds a lock on it, which the system lets go of when a process ends, however it ends. So
/// the next writer tells what a writer left that is no more, and removes it, from what is being
/// written, and takes the next number. Nothing is ever opened that was there before.
struct PartialFile {
  let path: String
  let descriptor: Int32

  /// Writers of one file at a time.
  private static let mostWriters = 100

  /// - Parameter target: what the file will be called.
  /// - Throws: ``FileError`` of kind `system`.
  init(for target: String) throws {
    for number in 1...Self.mostWriters {
      let path = Self.path(number, of: target)
      guard let descriptor = try Self.make(path, for: target) else { continue }
      (self.path, self.descriptor) = (path, descriptor)
      Self.removeLeftovers(after: number, of: target)
      return
    }
    throw FileError(
      .system, path: target, what: "cannot be written (\(Self.mostWriters) others are writing it)",
      remedy: "choose another name")
  }

  private static func path(_ number: Int, of target: String) -> String {
    "\(target).dreamer-\(number).partial"
  }

  /// The name of the file that a temporary one is of; nil where it is none of ours.
  static func target(of name: String) -> String? {
    guard name.hasSuffix(".partial") else { return nil }
    let base = name.dropLast(".partial".count)
    // As versions before this one called them.
    guard let mark = base.range(of: ".dreamer-", options: .backwards) else { return String(base) }
    return Int(base[mark.upperBound...]) == nil ? String(base) : String(base[..<mark.lowerBound])
  }

  /// Makes and locks a file.
  ///
  /// - Returns: nil where something has the name that is not ours to remove.
  private static func make(_ path: String, for target: String) throws -> Int32? {
    // Again where others came between two calls of the system.
    for _ in 0..<10 {
      StopPoint.pass()
      let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
      if descriptor >= 0 {
        if lock(descriptor), isAt(path, descriptor) { return descriptor }
        close(descriptor)
        continue
      }
      guard errno == EEXIST else { throw FileError(opening: target, errno) }
      guard remove(path) else { return nil }
    }
    return nil
  }

  /// - Returns: false where another holds it. A file system without locks has no others.
  private static func lock(_ descriptor: Int32) -> Bool {
    flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
  }

  private static func isAt(_ path: String, _ descriptor: Int32) -> Bool {
    var (here, there) = (stat(), stat())
    return fstat(descriptor, &here) == 0 && lstat(path, &there) == 0
      && (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
  }

  /// Removes a link, which is never followed, or what a writer left that is no more.
  ///
  /// - Returns: whether the name may be free now.
  private static func remove(_ path: String) -> Bool {
    switch try? FileKind.of(URL(fileURLWithPath: path), following: false) {
    case .link: return unlinked(path)
    case .file: break
    case .folder, .other: return false
    case nil: return true
    }
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return errno == ENOENT }
    defer { close(descriptor) }
    guard lock(descriptor) else { return false }
    return !isAt(path, descriptor) || unlinked(path)
  }

  private static func unlinked(_ path: String) -> Bool {
    StopPoint.pass()
    return unlink(path) == 0 || errno == ENOENT
  }

  private static func removeLeftovers(after number: Int, of target: String) {
    for number in number + 1..<number + mostWriters {
      let next = path(number, of: target)
      guard access(next, F_OK) == 0, remove(next) else { return }
    }
  }
}
