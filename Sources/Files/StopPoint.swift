import Foundation
import Synchronization

/// Where a test ends the process, as a power cut would: at the n-th write, sync, rename or removal.
///
/// Everything that changes files passes here first. `DREAMER_STOP_AT=n` ends the process with
/// SIGKILL at number n, counted from 1; a write has then written half of its bytes. Without it nothing
/// is counted.
public enum StopPoint {
  private static let wanted = ProcessInfo.processInfo.environment["DREAMER_STOP_AT"]
    .flatMap { Int($0) }
  private static let count = Atomic<Int>(0)

  /// Ends the process if it is time to.
  public static func pass() {
    if isReached { stop() }
  }

  /// Whether the process is to end at what comes next.
  static var isReached: Bool {
    guard let wanted else { return false }
    return count.add(1, ordering: .relaxed).newValue == wanted
  }

  static func stop() { kill(getpid(), SIGKILL) }
}
