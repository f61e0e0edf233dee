/// Something that a person watches frame by frame in a window: its frames so far, and how it goes on.
package protocol Film {
  /// Seconds between frames at the usual speed; nil where frames come with a person's keys alone.
  var pace: Double? { get }

  /// How many frames of the episode can be shown, one at least; the newest comes last.
  var frameCount: Int { get }

  /// A frame, drawn for a window of so many pixels.
  func scene(at frame: Int, width: Int, height: Int) -> Scene

  /// Goes on after the newest frame.
  ///
  /// - Parameter held: the keys that a person holds down, or has pressed since the last frame.
  mutating func advance(holding held: Set<Keystroke>) throws -> FilmProgress

  /// What the film's own keys do.
  var help: [KeyHelp] { get }

  /// Does what one of its own keys is for.
  ///
  /// - Returns: nil where the key means nothing to it.
  mutating func take(_ key: Keystroke) throws -> FilmProgress?
}

/// What came of going on.
package enum FilmProgress: Sendable, Equatable {
  /// There is a new frame.
  case frame
  /// Nothing new yet.
  case waiting
  /// It begins again with its first frame.
  case again
  /// It is over.
  case ended
}
