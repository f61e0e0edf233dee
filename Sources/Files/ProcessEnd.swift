internal import CProcess
import Foundation

// The only file that calls CProcess.

/// What becomes of this process, and of what it has begun, when it ends before its time: by a signal,
/// or for lack of memory. The executable decides; libraries say what must not be left behind.
package enum ProcessEnd {
  // MARK: what is not left behind

  /// Runs `body` and has a file removed where the process ends meanwhile: one of this program's own
  /// that is not finished.
  package static func removing<Result>(_ url: URL, _ body: () throws -> Result) rethrows -> Result {
    let number = cpr_remove_at_end(url.path)
    defer { cpr_let_file_be(number) }
    return try body()
  }

  /// Runs `body` and has a child killed where the process ends meanwhile.
  package static func killing<Result>(
    _ process: Process, _ body: () throws -> Result
  ) rethrows -> Result {
    let number = cpr_kill_at_end(process.processIdentifier)
    defer { cpr_let_child_be(number) }
    return try body()
  }

  /// Has a terminal set back to what it is now where the process ends before it is given back.
  ///
  /// - Parameter descriptor: nil when it was given back.
  package static func restoring(terminal descriptor: Int32?) {
    cpr_restore_at_end(descriptor ?? -1)
  }

  // MARK: signals

  /// Ends the process on these signals from now on, with 128 + their numbers.
  ///
  /// - Parameter unlessIgnored: whether one that was ignored at the start stays so.
  package static func end(on signals: [Int32], unlessIgnored: Bool = false) {
    for signal in signals { cpr_end_on(signal, unlessIgnored) }
  }

  /// Takes note of the first signal from now on, for the process to come to an end by itself; the
  /// second ends it.
  ///
  /// - Parameter graceSeconds: after which the first one ends it, too; nil for never.
  package static func noteSignals(graceSeconds: UInt32? = nil) {
    cpr_begin_noting(graceSeconds ?? 0)
  }

  /// The signal that was noted; nil before one has come.
  package static var notedSignal: Int32? {
    let number = cpr_noted()
    return number == 0 ? nil : number
  }

  // MARK: memory

  /// Has an allocation that fails end the process with a line on standard error and this code.
  package static func endWithoutMemory(code: Int32) { cpr_end_without_memory(code) }
}

extension AtomicFile {
  /// Exchanges two files or folders at once.
  ///
  /// - Returns: whether the file system can do that; nothing is changed where it cannot.
  package static func exchange(_ one: URL, _ other: URL) -> Bool {
    StopPoint.pass()
    return cpr_exchange(one.path, other.path) == 0
  }
}
