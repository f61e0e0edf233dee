import EnvironmentInterface
import Pictures
import Viewer

/// What a person plays in, one episode after the other, one step after the other: a world, or a
/// model's dream of one.
package protocol Playable {
  /// Which keys make actions.
  var bindings: KeyBindings { get }

  /// Seconds between steps where it does not wait for the next key; nil where it does.
  var pace: Double? { get }

  /// Whether the episode has ended.
  var isOver: Bool { get }

  /// Begins the next episode.
  mutating func begin() throws

  /// Goes one step on; begins the next episode instead where this one is over.
  mutating func act(_ action: Action) throws

  /// How the episode stands, in a few lines.
  var status: [String] { get }

  /// Pictures and their names.
  var panels: [Scene.Panel] { get }

  /// The episode so far.
  var charts: [LineChart] { get }

  /// What a terminal shows in the pictures' place.
  func lines(hasColor: Bool) -> [String]

  /// What the characters of those lines mean.
  var legend: [String] { get }
}

extension Playable {
  /// What the keys do in a terminal.
  package var help: [KeyHelp] {
    bindings.help
      + [
        KeyHelp([.character("n")], "a new episode"),
        KeyHelp([.character("h"), .function(1)], "this help"),
        KeyHelp([.character("q"), .escape], "quit"),
      ]
  }

  /// All of it, for a window.
  package var scene: Scene { Scene(panels: panels, charts: charts, lines: status) }
}
