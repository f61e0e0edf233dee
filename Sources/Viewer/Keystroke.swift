/// A key that a person can press, in a window or a terminal. Letters are lower case.
package enum Keystroke: Hashable, Sendable {
  case character(Character)
  case left, right, up, down
  case enter, escape, tab, backspace
  case pageUp, pageDown, home, end
  /// F1 to F12.
  case function(Int)

  /// What people call it.
  package var name: String {
    switch self {
    case .character(" "): "space"
    case .character(let character): String(character)
    case .left: "←"
    case .right: "→"
    case .up: "↑"
    case .down: "↓"
    case .enter: "enter"
    case .escape: "esc"
    case .tab: "tab"
    case .backspace: "backspace"
    case .pageUp: "page up"
    case .pageDown: "page down"
    case .home: "home"
    case .end: "end"
    case .function(let number): "F\(number)"
    }
  }
}
