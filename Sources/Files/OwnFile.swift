import Foundation

/// Files of our own that are written in place. What they are called may be anything in a folder that
/// somebody gave us: what is a link, or has a second name, is somebody else's too and is refused.
enum OwnFile {
  /// Opens a file.
  ///
  /// - Parameter flags: how, as for `open`; nothing is cut here.
  /// - Throws: ``FileError``: `missing`; `malformed` where it is a link, has several names or is no
  ///   file; `system`.
  static func open(_ path: String, _ flags: Int32) throws -> Int32 {
    // Without waiting for the other end of what turns out to be a pipe.
    let flags = flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    let descriptor = Foundation.open(path, flags, 0o644)
    guard descriptor >= 0 else { throw refusal(path, errno, isMaking: flags & O_CREAT != 0) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, FileKind(status) == .file, status.st_nlink <= 1 else {
      close(descriptor)
      throw FileKind(status) == .file
        ? FileError(
          .malformed, path: path,
          what: "has a second name elsewhere (a hard link), and would "
            + "change there too", remedy: "copy the folder with cp -r and use the copy")
        : noFile(path)
    }
    return descriptor
  }

  private static func refusal(_ path: String, _ code: Int32, isMaking: Bool) -> FileError {
    switch code {
    case ENOENT where !isMaking: .missing(path)
    case ELOOP: .link(path)
    case ENXIO: noFile(path)
    default:
      isMaking ? FileError(opening: path, code) : FileError(writing: path, code: code)
    }
  }

  private static func noFile(_ path: String) -> FileError {
    FileError(
      .malformed, path: path, what: "is a pipe, a socket or a device",
      remedy: "remove it or choose another folder")
  }
}
