import Foundation
import Synchronization

/// Tells on standard error how far an evaluation is, where it takes more than some seconds: in place
/// on a terminal, with a line every ten seconds elsewhere.
final class EvaluationProgress: Sendable {
  private struct State {
    var ended = 0
    var lastShown: ContinuousClock.Instant?
  }

  private let total: Int
  private let start = ContinuousClock.now
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let state = Mutex(State())

  init(of total: Int) { self.total = total }

  /// An episode has ended; may be called from any thread.
  func advance() {
    state.withLock { state in
      state.ended += 1
      let now = ContinuousClock.now
      let interval: Duration = isTerminal ? .milliseconds(500) : .seconds(10)
      guard now - (state.lastShown ?? start) >= max(interval, patience(state)) else { return }
      state.lastShown = now
      write("\(isTerminal ? "\r" : "")\(state.ended)/\(total) episodes\(isTerminal ? "" : "\n")")
    }
  }

  /// What is quickly over needs no progress.
  private func patience(_ state: State) -> Duration { state.lastShown == nil ? .seconds(2) : .zero }

  /// Clears the line.
  func finish() {
    state.withLock { state in
      if isTerminal, state.lastShown != nil {
        write("\r\(String(repeating: " ", count: "\(total)/\(total) episodes".count))\r")
      }
    }
  }

  /// A closed standard error is no reason to fail.
  private func write(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }
}
