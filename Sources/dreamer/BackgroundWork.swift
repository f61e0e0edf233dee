import Foundation
import Synchronization

/// Work in a thread of its own, while the main one shows a window.
final class BackgroundWork: Sendable {
  private let outcome = Mutex<Result<Void, any Error>?>(nil)
  private let done = DispatchSemaphore(value: 0)

  /// Begins it.
  init(_ work: @escaping @Sendable () throws -> Void) {
    let thread = Thread { [self] in
      let result = Result { try work() }
      outcome.withLock { $0 = result }
      done.signal()
    }
    // As the main thread has.
    thread.stackSize = 8 << 20
    thread.start()
  }

  var hasEnded: Bool { outcome.withLock { $0 != nil } }

  /// Waits for its end; is to be called once.
  /// - Throws: what the work throws.
  func wait() throws {
    done.wait()
    try outcome.withLock { try $0?.get() }
  }
}
