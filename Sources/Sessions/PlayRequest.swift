import Viewer

/// What a key asks for beside actions.
enum PlayRequest {
  case quit, help, newEpisode

  init?(_ key: Keystroke) {
    switch key {
    case .character("q"), .escape: self = .quit
    case .character("h"), .character("?"), .function(1): self = .help
    case .character("n"): self = .newEpisode
    default: return nil
    }
  }
}
