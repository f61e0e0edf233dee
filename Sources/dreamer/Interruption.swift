import Foundation
import Synchronization

/// The wish of a user, or of the system, that a command stop: SIGINT or SIGTERM.
///
/// The first signal is noted, for the command to come to a clean end; the second ends the process at
/// once.
enum Interruption {
  /// The first signal that came; 0 before one has.
  private static let received = Atomic<Int32>(0)

  /// Notes signals from now on, instead of being ended by them. That a reader of what the command
  /// says has gone does not end it either.
  static func begin() {
    // Touched here, for a handler must not be the one that initialises it.
    received.store(0, ordering: .relaxed)
    unblockSignals()
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        let (isFirst, _) = Interruption.received.compareExchange(
          expected: 0, desired: number, ordering: .relaxed)
        if !isFirst { _exit(128 + number) }
      }
    }
  }

  /// A parent may have blocked the signals, and a process inherits that.
  private static func unblockSignals() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// The signal that came; nil before one has.
  static var signalNumber: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }
}
