import EnvironmentInterface
import Viewer

/// Play in a terminal, or by keys from a pipe, each answered with a frame.
package struct TextPlay<Session: Playable> {
  private var session: Session
  private let terminal: Terminal
  private let isInterrupted: () -> Bool
  /// What a world that does not wait is told, until another key comes.
  private var action: Action
  private var showsHelp = false
  private var isOver = false

  /// - Parameter isInterrupted: is asked now and then; play ends when it says so.
  package init(
    _ session: Session, on terminal: Terminal, until isInterrupted: @escaping () -> Bool
  ) {
    self.session = session
    self.terminal = terminal
    self.isInterrupted = isInterrupted
    action = session.bindings.action(holding: [])
  }

  /// A world that does not wait runs on only where a person watches.
  private var pace: Double? { terminal.isInteractive ? session.pace : nil }

  /// Plays until the person quits or no keys are left, and returns the session as it stands then.
  ///
  /// - Throws: what the world throws; what showing it throws.
  package mutating func run() throws -> Session {
    try show()
    var nextStep = ContinuousClock.now
    while !isOver, !isInterrupted() {
      let left = pace.map { _ in max(.zero, nextStep - ContinuousClock.now) }
      switch terminal.nextKey(within: left ?? .milliseconds(200)) {
      case .end: isOver = true
      case .key(let key): try take(key)
      case .nothing:
        guard let pace, ContinuousClock.now >= nextStep else { continue }
        nextStep = max(nextStep + .seconds(pace), ContinuousClock.now)
        guard !session.isOver, !showsHelp else { continue }
        try session.act(action)
        try show()
      }
    }
    return session
  }

  private mutating func take(_ key: Keystroke) throws {
    // The end of a line is none in a pipe.
    if key == .enter, !terminal.isInteractive { return }
    switch PlayRequest(key) {
    case .quit: isOver = true
    case .help: showsHelp.toggle()
    case .newEpisode: try session.begin()
    case nil:
      guard let action = session.bindings.action(for: key) else { return }
      showsHelp = false
      self.action = action
      if pace == nil || session.isOver { try session.act(action) }
    }
    if !isOver { try show() }
  }

  private mutating func show() throws {
    let lines =
      showsHelp
      ? KeyHelp.lines(session.help) + session.legend
      : session.lines(hasColor: terminal.hasColor) + session.status
    let ending = terminal.isInteractive ? "h: help  q: quit" : ""
    if try !terminal.show(lines + [ending]) { isOver = true }
  }
}
