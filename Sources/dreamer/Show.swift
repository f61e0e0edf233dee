import CommandSupport
import Viewer

/// Shows a film until it is over, its window is closed, or a signal comes.
///
/// - Returns: the film as it is then.
/// - Throws: `ViewerError`; what the film throws.
func show<Shown: Film>(_ film: Shown, in window: Window) throws -> Shown {
  var player = WindowPlayer(film, in: window) { Interruption.signalNumber != nil }
  return try player.run()
}
