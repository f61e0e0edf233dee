import Foundation
import Kernels
import Synchronization

/// The system allows no more threads.
struct ThreadError: Error, CustomStringConvertible {
  let description =
    "the system allows no thread beside a window; go without --window, or raise its limits (ulimit -u, "
    + "ulimit -v)"
}

/// Work in a thread of its own, while the main one shows a window.
final class BackgroundWork: Sendable {
  private let outcome = Mutex<Result<Void, any Error>?>(nil)
  private let done = DispatchSemaphore(value: 0)

  /// Begins it.
  init(_ work: @escaping @Sendable () throws -> Void) {
    // As large a stack as the main thread has.
    let isStarted = startThread(stackSize: 8 << 20) { [self] in end(with: Result { try work() }) }
    if !isStarted { end(with: .failure(ThreadError())) }
  }

  private func end(with result: Result<Void, any Error>) {
    outcome.withLock { $0 = result }
    done.signal()
  }

  var hasEnded: Bool { outcome.withLock { $0 != nil } }

  /// Waits for its end; is to be called once.
  /// - Throws: what the work throws.
  func wait() throws {
    done.wait()
    try outcome.withLock { try $0?.get() }
  }
}
