/// Keys that do the same, and what that is: a line of a help text.
package struct KeyHelp: Hashable, Sendable {
  package var keys: [Keystroke]
  package var meaning: String

  package init(_ keys: [Keystroke], _ meaning: String) {
    self.keys = keys
    self.meaning = meaning
  }

  /// Lines such as `w ↑   forward`, the meanings below each other.
  package static func lines(_ help: [KeyHelp]) -> [String] {
    let names = help.map { $0.keys.map(\.name).joined(separator: " ") }
    let width = names.map(\.count).max() ?? 0
    return zip(names, help).map { name, help in
      name + String(repeating: " ", count: width + 2 - name.count) + help.meaning
    }
  }
}
