import Storyboards
import Viewer

/// What an agent imagined, as a window shows it: over and over, in the size that there is room for.
package struct StoryboardFilm: Film {
  private let board: Storyboard
  package let pace: Double?
  /// Frames for which the last one still shows.
  private var hold: Int
  private let longestHold: Int

  package init(_ board: Storyboard, framesPerSecond: Double) {
    self.board = board
    pace = 1 / framesPerSecond
    // A second, as in moving pictures.
    longestHold = Int(framesPerSecond.rounded())
    hold = longestHold
  }

  package var frameCount: Int { board.rollout.steps }

  package func scene(at frame: Int, width: Int, height: Int) -> Scene {
    // A line of the player's stands below.
    let room = Scene.room(width: width, height: height, lineCount: 1)
    return Scene(
      panels: [.init("", board.frame(step: frame, width: room.width, height: room.height))])
  }

  package var help: [KeyHelp] { [] }

  package mutating func advance(holding held: Set<Keystroke>) -> FilmProgress {
    hold -= 1
    guard hold < 0 else { return .waiting }
    hold = longestHold
    return .again
  }

  package func take(_ key: Keystroke) -> FilmProgress? { nil }
}
