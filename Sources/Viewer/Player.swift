/// Where somebody is who watches a film: at which frame, at rest or not, how fast. It knows neither
/// window nor clock.
package struct Player: Sendable, Equatable {
  /// The frame that is shown.
  package private(set) var position = 0
  package private(set) var isPaused = false
  /// How many times the usual speed.
  package private(set) var speed = 1.0

  package init() {}

  /// What a person wants of it.
  package enum Command: Hashable, Sendable {
    /// To rest, or to go on.
    case pause
    /// By frames, back where negative; then to rest.
    case move(Int)
    case first
    case newest
    case slower
    case faster
  }

  /// What is left to do after a command, or when a frame's time is over.
  package enum Need: Sendable, Equatable {
    case nothing
    /// The shown frame is another.
    case drawing
    /// The film is to go on after its newest frame.
    case frame
  }

  /// Slowest and fastest.
  private static let speeds = 1.0 / 16...64.0

  /// - Parameter count: frames that the film has.
  package mutating func obey(_ command: Command, count: Int) -> Need {
    switch command {
    case .pause: isPaused.toggle()
    case .move(let frames):
      isPaused = true
      // One step beyond the newest frame makes a new one.
      if frames == 1, position >= count - 1 { return .frame }
      position = max(0, min(position + frames, count - 1))
    case .first:
      isPaused = true
      position = 0
    case .newest: showNewest(of: count)
    case .slower: speed = max(speed / 2, Self.speeds.lowerBound)
    case .faster: speed = min(speed * 2, Self.speeds.upperBound)
    }
    return .drawing
  }

  /// A frame's time is over.
  package mutating func tick(count: Int) -> Need {
    if isPaused { return .nothing }
    guard position < count - 1 else { return .frame }
    position += 1
    return .drawing
  }

  /// Goes to the newest frame, where a film goes on; rests or not as before.
  package mutating func showNewest(of count: Int) { position = count - 1 }

  /// Goes to the first frame, where a film begins again.
  package mutating func showFirst() { position = 0 }

  /// Goes on from the newest frame, rested it or not: a person acts.
  package mutating func resume(count: Int) {
    isPaused = false
    showNewest(of: count)
  }

  /// Seconds that a frame shows.
  package func interval(_ pace: Double) -> Double { pace / speed }
}
