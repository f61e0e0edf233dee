import Files
import Foundation

/// The wish of a user, or of the system, that a command stop.
package enum Interruption {
  /// Ends the process on signals from now on, with 128 + their numbers and without what is not finished.
  /// To be called first of all: to process 1, as which a container runs its command, signals are nothing
  /// until it handles them.
  ///
  /// SIGINT and SIGTERM count always. The others, with which terminals and batch systems announce the
  /// end, stay ignored where they were ignored at the start, as SIGHUP is under `nohup`.
  package static func begin() {
    ProcessEnd.end(on: [SIGINT, SIGTERM])
    ProcessEnd.end(on: [SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGXCPU], unlessIgnored: true)
  }

  /// Takes note of the first signal from now on, for the command to come to a clean end; the second ends
  /// the process at once. That a reader of what the command says has gone does not end it either.
  ///
  /// - Parameter graceSeconds: after which the first signal ends the process, too; nil where the clean
  ///   end is worth any wait.
  package static func note(graceSeconds: UInt32? = 2) {
    outliveReaders()
    ProcessEnd.noteSignals(graceSeconds: graceSeconds)
  }

  /// Lets a reader of what the command says go, from now on, without the command.
  package static func outliveReaders() { signal(SIGPIPE, SIG_IGN) }

  /// The signal that was noted; nil before one has come.
  package static var signalNumber: Int32? { ProcessEnd.notedSignal }
}
