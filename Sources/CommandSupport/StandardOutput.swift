import ArgumentParser
import Files
import Foundation

/// Where commands put their results. All that is printed passes here, for what cannot be written must
/// not be lost in silence.
package enum StandardOutput {
  /// Prints text and ends its line. Control characters of names and files are shown, not sent; ends of
  /// lines are the program's own.
  ///
  /// - Throws: `FileError` of kind `system`; the exit code of SIGPIPE where nobody reads on and that
  ///   signal is ignored.
  package static func print(_ text: String, terminator: String = "\n") throws {
    try printAsIs(ForeignText.visible(text, keepingLines: true), terminator: terminator)
  }

  /// Prints text that has nothing foreign in it: help, scripts for shells.
  ///
  /// - Throws: as ``print(_:terminator:)``.
  package static func printAsIs(_ text: String, terminator: String = "\n") throws {
    guard try write(text + terminator) else { throw ExitCode(signal: SIGPIPE) }
  }

  /// Hands all of a text to the system.
  ///
  /// - Returns: false where nobody reads on and SIGPIPE is ignored.
  /// - Throws: `FileError` of kind `system`.
  package static func write(_ text: String) throws -> Bool {
    var rest = Array(text.utf8)
    while !rest.isEmpty {
      let count = Foundation.write(STDOUT_FILENO, rest, rest.count)
      if count >= 0 {
        rest.removeFirst(count)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: waitUntilWritable()
      case EPIPE: return false
      case let code: throw error(code)
      }
    }
    return true
  }

  /// What stands at the other end may have made the output one that does not wait.
  private static func waitUntilWritable() {
    var state = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
    poll(&state, 1, -1)
  }

  private static func error(_ code: Int32) -> FileError {
    FileError(
      .system, path: "standard output",
      what: "cannot be written (\(String(cString: strerror(code))))",
      remedy: code == EBADF ? "leave it open" : "free some space or send it elsewhere")
  }
}
