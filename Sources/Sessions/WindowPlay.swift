import EnvironmentInterface
import Viewer

/// Play in a window.
public struct WindowPlay<Session: Playable> {
  private var session: Session
  private let window: Window
  private let isInterrupted: () -> Bool
  private var held: Set<Keystroke> = []
  private var showsHelp = false
  private var needsDrawing = true
  private var isClosed = false

  /// - Parameter isInterrupted: is asked now and then; play ends when it says so.
  public init(
    _ session: Session, in window: Window, until isInterrupted: @escaping () -> Bool
  ) {
    self.session = session
    self.window = window
    self.isInterrupted = isInterrupted
  }

  /// Plays until the window is closed, and returns the session as it stands then.
  public mutating func run() throws -> Session {
    var nextStep = ContinuousClock.now
    while !isClosed, !isInterrupted() {
      if needsDrawing { try draw() }
      guard let pace = session.pace else {
        // Long enough to cost nothing, short enough to notice an interruption.
        if let event = window.nextEvent(within: .milliseconds(200)) { try take(event) }
        continue
      }
      let left = nextStep - ContinuousClock.now
      if left > .zero {
        if let event = window.nextEvent(within: left) { try take(event) }
        continue
      }
      // Who falls behind does not catch up.
      nextStep = max(nextStep + .seconds(pace), ContinuousClock.now)
      try tick()
    }
    return session
  }

  /// A step of a world that does not wait.
  private mutating func tick() throws {
    while let event = window.nextEvent(within: .zero), !isClosed { try take(event) }
    guard !session.isOver, !showsHelp, !isClosed else { return }
    try session.act(session.bindings.action(holding: held))
    needsDrawing = true
  }

  private mutating func take(_ event: WindowEvent) throws {
    switch event {
    case .closed: isClosed = true
    case .needsDrawing: needsDrawing = true
    case .lostFocus: held = []
    case .released(let key): held.remove(key)
    case .repeated(let key):
      if session.pace == nil { try act(key) }
    case .pressed(let key):
      held.insert(key)
      try obey(key)
    }
  }

  private mutating func obey(_ key: Keystroke) throws {
    needsDrawing = true
    switch PlayRequest(key) {
    case .quit: isClosed = true
    case .help: showsHelp.toggle()
    case .newEpisode: try session.begin()
    case nil:
      showsHelp = false
      if session.pace == nil || session.isOver { try act(key) }
    }
  }

  private mutating func act(_ key: Keystroke) throws {
    guard let action = session.bindings.action(for: key) else { return }
    try session.act(action)
    needsDrawing = true
  }

  private mutating func draw() throws {
    let size = try window.size()
    try window.show(
      session.scene(showsHelp: showsHelp).picture(width: size.width, height: size.height))
    needsDrawing = false
  }
}
