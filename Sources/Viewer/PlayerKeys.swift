/// The keys of a window that shows a film. Those that the film has for itself keep its meaning.
package struct PlayerKeys {
  package enum Meaning: Hashable {
    case player(Player.Command)
    case help, screenshot, recording, quit

    /// Whether a key that is held down does it again and again.
    var isRepeatable: Bool {
      if case .player(.move) = self { true } else { false }
    }

    /// Whether it is about how time goes by.
    var isOfPace: Bool {
      [.player(.pause), .player(.slower), .player(.faster)].contains(self)
    }
  }

  private struct Entry {
    var keys: [Keystroke]
    var meaning: Meaning
    var words: String
  }

  private static let entries = [
    Entry(keys: [.tab, .character(" ")], meaning: .player(.pause), words: "pause, or go on"),
    Entry(
      keys: [.character("."), .right], meaning: .player(.move(1)), words: "one frame on"),
    Entry(
      keys: [.character(","), .left], meaning: .player(.move(-1)), words: "one frame back"),
    Entry(keys: [.pageUp], meaning: .player(.move(-10)), words: "ten frames back"),
    Entry(keys: [.pageDown], meaning: .player(.move(10)), words: "ten frames on"),
    Entry(keys: [.home], meaning: .player(.first), words: "the episode's first frame"),
    Entry(keys: [.end], meaning: .player(.newest), words: "the newest frame"),
    Entry(keys: [.character("-")], meaning: .player(.slower), words: "half as fast"),
    Entry(
      keys: [.character("+"), .character("=")], meaning: .player(.faster), words: "twice as fast"),
    Entry(
      keys: [.function(12), .character("s")], meaning: .screenshot, words: "save a picture (.png)"),
    Entry(
      keys: [.function(9), .character("r")], meaning: .recording,
      words: "begin or end a recording (.gif)"),
    Entry(
      keys: [.character("h"), .function(1), .character("?")], meaning: .help, words: "this help"),
    Entry(keys: [.character("q"), .escape], meaning: .quit, words: "quit"),
  ]

  private static let meanings: [Keystroke: Meaning] = entries.reduce(into: [:]) { meanings, entry in
    for key in entry.keys { meanings[key] = entry.meaning }
  }

  package static func meaning(of key: Keystroke) -> Meaning? { meanings[key] }

  /// What they do, beside a film's own.
  ///
  /// - Parameter isPaced: whether the film goes on by itself.
  package static func help(beside own: [KeyHelp], isPaced: Bool = true) -> [KeyHelp] {
    let taken = Set(own.flatMap(\.keys))
    return own
      + entries.filter { isPaced || !$0.meaning.isOfPace }.map { entry in
        KeyHelp(entry.keys.filter { !taken.contains($0) }, entry.words)
      }.filter { !$0.keys.isEmpty }
  }
}
