import Foundation

/// What a path names.
package enum FileKind: Sendable, Equatable {
  case file
  case folder
  /// Where links are not followed.
  case link
  /// A pipe, a socket, a device.
  case other

  /// - Parameter following: whether a link stands for what it points to.
  /// - Returns: nil where there is nothing.
  /// - Throws: ``FileError`` of kind `system` where the system does not say, as of what is in a
  ///   folder that may not be looked into.
  package static func of(_ url: URL, following: Bool = true) throws -> FileKind? {
    var status = stat()
    guard (following ? stat(url.path, &status) : lstat(url.path, &status)) == 0 else {
      if [ENOENT, ENOTDIR, ENAMETOOLONG].contains(errno) { return nil }
      throw FileError(reading: url.path)
    }
    return FileKind(status)
  }

  init(_ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .folder
    case S_IFLNK: self = .link
    default: self = .other
    }
  }
}
