import Files
import Foundation

/// Where text goes and keys come from: a terminal, whose keys are told one by one, or pipes.
package final class Terminal {
  /// Whether keys come from a person's keyboard; else from a pipe or a file.
  package let isInteractive: Bool
  /// Whether the output shows colours.
  package let hasColor: Bool
  private let isScreen: Bool
  private let write: (String) throws -> Bool
  private var saved = termios()
  private var parser = KeyParser()
  private var hasEnded = false

  /// Takes over the standard input and output. A terminal tells every key from now on, Ctrl-C with
  /// them; ``restore()`` gives it back.
  ///
  /// - Parameter write: puts text on the standard output, and says whether anybody reads on.
  package init(write: @escaping (String) throws -> Bool) {
    self.write = write
    isScreen = isatty(STDOUT_FILENO) == 1
    isInteractive = isatty(STDIN_FILENO) == 1 && tcgetattr(STDIN_FILENO, &saved) == 0
    let environment = ProcessInfo.processInfo.environment
    // https://no-color.org
    hasColor = isScreen && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
    if isInteractive { setRaw() }
  }

  deinit { restore() }

  private func setRaw() {
    var raw = saved
    raw.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG | IEXTEN)
    raw.c_iflag &= ~tcflag_t(IXON | ICRNL)
    ProcessEnd.restoring(terminal: STDIN_FILENO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw)
  }

  /// Leaves a terminal as it was found.
  package func restore() {
    guard isInteractive else { return }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &saved)
    ProcessEnd.restoring(terminal: nil)
  }

  /// Shows lines: in place of the last ones where the output is a screen, else below them.
  ///
  /// - Returns: false where nobody reads on.
  /// - Throws: what writing throws.
  package func show(_ lines: [String]) throws -> Bool {
    let clear = isScreen && isInteractive ? "\u{1B}[H\u{1B}[2J" : ""
    return try write(clear + lines.joined(separator: "\n") + "\n")
  }

  /// What came from the keyboard.
  package enum Input: Equatable, Sendable {
    case key(Keystroke)
    /// Nothing came in time.
    case nothing
    /// Nothing more will come.
    case end
  }

  /// The next key.
  /// - Parameter limit: how long to wait for it; nil waits on.
  package func nextKey(within limit: Duration?) -> Input {
    let deadline = limit.map { ContinuousClock.now + $0 }
    while true {
      if let key = parser.next(isComplete: hasEnded) { return .key(key) }
      if hasEnded { return .end }
      // What begins like a sequence is a key of its own when nothing follows.
      let left = deadline.map { max(.zero, $0 - ContinuousClock.now) }
      let wait = parser.isPending ? .milliseconds(25) : left
      if read(within: wait) { continue }
      if parser.isPending, let key = parser.next(isComplete: true) { return .key(key) }
      if limit != nil { return .nothing }
    }
  }

  /// Reads what there is; false where nothing came in time.
  private func read(within limit: Duration?) -> Bool {
    var state = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    let milliseconds = limit.map { Int32(min(1e6, ($0 / .milliseconds(1)).rounded(.up))) } ?? -1
    // A signal ends the wait as if nothing had come.
    guard poll(&state, 1, milliseconds) > 0 else { return false }
    let bytes = FileHandle.standardInput.availableData
    if bytes.isEmpty { hasEnded = true }
    parser.append(bytes)
    return true
  }
}
