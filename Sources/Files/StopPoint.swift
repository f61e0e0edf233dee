import Foundation
import Synchronization

/// Where a test ends the process, as a power cut would: at the n-th write, sync, rename or removal.
///
/// Everything that changes files passes here first. `DREAMER_STOP_AT=n` ends the process with
/// SIGKILL at number n, counted from 1; a write has then written half of its bytes.
/// `DREAMER_FULL_AT=n` makes writes fail from number n on, as a full disk does. Without these nothing
/// is counted.
package enum StopPoint {
  private static let wanted = number("DREAMER_STOP_AT")
  private static let full = number("DREAMER_FULL_AT")
  private static let count = Atomic<Int>(0)
  private static let writes = Atomic<Int>(0)

  private static func number(_ variable: String) -> Int? {
    ProcessInfo.processInfo.environment[variable].flatMap { Int($0) }
  }

  /// Ends the process if it is time to.
  package static func pass() {
    if isReached { stop() }
  }

  /// Writes bytes, or half of them and ends the process, or none.
  static func write(_ data: Data, _ body: (Data) throws -> Void) throws {
    if let full, writes.add(1, ordering: .relaxed).newValue >= full {
      throw POSIXError(.ENOSPC)
    }
    if isReached {
      try body(data.prefix(data.count / 2))
      stop()
    }
    try body(data)
  }

  /// Whether the process is to end at what comes next.
  private static var isReached: Bool {
    guard let wanted else { return false }
    return count.add(1, ordering: .relaxed).newValue == wanted
  }

  private static func stop() { kill(getpid(), SIGKILL) }
}
