import Foundation
import Pictures

/// Shows a film in a window, whose keys are a player's and the film's own.
package struct WindowPlayer<Shown: Film> {
  private var film: Shown
  private let window: Window
  private let isInterrupted: () -> Bool
  private var player = Player()
  private var held = HeldKeys()
  private var showsHelp = false
  private var recording: Recording?
  private var notice = Notice()
  private var needsDrawing = true
  private var isOver = false

  /// - Parameter isInterrupted: is asked now and then; the show ends when it says so.
  package init(_ film: Shown, in window: Window, until isInterrupted: @escaping () -> Bool) {
    self.film = film
    self.window = window
    self.isInterrupted = isInterrupted
  }

  /// Shows the film until it is over or the window is closed, and returns it as it is then.
  ///
  /// - Throws: ``ViewerError``; what the film throws.
  package mutating func run() throws -> Shown {
    defer { endRecording() }
    var nextTick = ContinuousClock.now
    while !isOver, !isInterrupted() {
      if needsDrawing || notice.isOutdated { try draw() }
      let left = wait(until: nextTick)
      if left > .zero {
        if let event = try window.nextEvent(within: left) { try take(event) }
        continue
      }
      while let event = try window.nextEvent(within: .zero), !isOver { try take(event) }
      // Who falls behind does not catch up.
      let interval = player.interval(film.pace ?? 0)
      nextTick = max(nextTick + .seconds(interval), ContinuousClock.now)
      if !isOver, !showsHelp { try meet(player.tick(count: film.frameCount)) }
    }
    return film
  }

  /// Time until there is something to do without an event.
  private func wait(until nextTick: ContinuousClock.Instant) -> Duration {
    // Long enough to cost nothing, short enough to notice an interruption.
    let longest = Duration.milliseconds(200)
    let isAtRest = film.pace == nil || player.isPaused || showsHelp
    return isAtRest ? longest : min(nextTick - ContinuousClock.now, longest)
  }

  private mutating func meet(_ need: Player.Need) throws {
    switch need {
    case .nothing: break
    case .drawing: needsDrawing = true
    case .frame: follow(try film.advance(holding: held.take()))
    }
  }

  private mutating func follow(_ progress: FilmProgress) {
    switch progress {
    case .frame: player.showNewest(of: film.frameCount)
    case .again: player.showFirst()
    case .waiting: return
    case .ended: isOver = true
    }
    needsDrawing = true
  }

  // MARK: events

  private mutating func take(_ event: WindowEvent) throws {
    switch event {
    case .closed: isOver = true
    case .needsDrawing: needsDrawing = true
    case .lostFocus: held.forget()
    case .released(let key): held.release(key)
    case .repeated(let key):
      // Held keys steer what goes on by itself.
      if film.pace == nil || PlayerKeys.meaning(of: key)?.isRepeatable == true { try obey(key) }
    case .pressed(let key):
      held.press(key)
      try obey(key)
    }
  }

  private mutating func obey(_ key: Keystroke) throws {
    needsDrawing = true
    if let progress = try film.take(key) {
      showsHelp = false
      player.resume(count: film.frameCount)
      return follow(progress)
    }
    switch PlayerKeys.meaning(of: key) {
    case .player(let command):
      showsHelp = false
      try meet(player.obey(command, count: film.frameCount))
    case .help: showsHelp.toggle()
    case .quit: isOver = true
    case .screenshot: saveScreenshot()
    case .recording: try toggleRecording()
    case nil: break
    }
  }

  // MARK: pictures

  private mutating func draw() throws {
    if notice.isOutdated { notice = Notice() }
    let size = try window.size()
    var scene = film.scene(at: player.position, width: size.width, height: size.height)
    recording?.append(scene)
    if recording?.isFull == true { endRecording() }
    if let pace = film.pace, pace > 0, film.frameCount > 1 {
      scene.seek = Double(player.position) / Double(film.frameCount - 1)
    }
    scene.lines.append((["h: help"] + state).joined(separator: "  "))
    if let text = notice.text { scene.lines.append(text) }
    scene.help = PlayerKeys.help(beside: film.help, isPaced: film.pace != nil)
    scene.showsHelp = showsHelp
    try window.show(scene.picture(width: size.width, height: size.height))
    needsDrawing = false
  }

  /// What is not as usual.
  private var state: [String] {
    var words: [String] = []
    if player.isPaused { words.append("paused") }
    if player.position < film.frameCount - 1 || player.isPaused {
      words.append("frame \(player.position + 1) of \(film.frameCount)")
    }
    if player.speed != 1 { words.append(String(format: "speed %g", player.speed)) }
    if let recording { words.append("recording \(recording.count)") }
    return words
  }

  /// What cannot be written is told in the window; nothing else is lost by it.
  private mutating func saveScreenshot() {
    notice = Notice {
      let size = try window.size()
      let picture = film.scene(at: player.position, width: size.width, height: size.height)
        .picture(width: size.width, height: size.height)
      return "saved " + (try NewFile.write(suffix: "png", picture.writePNG))
    }
  }

  private mutating func toggleRecording() throws {
    if recording != nil { return endRecording() }
    let size = try window.size()
    recording = Recording(width: size.width, height: size.height)
  }

  private mutating func endRecording() {
    guard let recording else { return }
    self.recording = nil
    // Two keys may come before a frame is drawn.
    guard recording.count > 0 else { return }
    // What waits for keys shows a frame for as long as people look at one.
    let interval = player.interval(film.pace ?? 0.5)
    notice = Notice {
      let film = recording.animation(framesPerSecond: 1 / interval)
      let name = try NewFile.write(suffix: "gif", film.writeGIF)
      return "saved \(name), \(recording.count) frames"
    }
  }
}

/// Words about something that was done, which stand for some seconds.
private struct Notice {
  var text: String?
  private let end = ContinuousClock.now + .seconds(5)

  /// Nothing to tell.
  init() {}

  /// - Parameter work: returns what is told where it does not fail.
  init(after work: () throws -> String) {
    do { text = try work() } catch { text = "\(error)" }
  }

  var isOutdated: Bool { text != nil && ContinuousClock.now > end }
}
