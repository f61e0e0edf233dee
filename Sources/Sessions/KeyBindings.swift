import EnvironmentInterface
import Foundation
import Viewer

/// Which keys make a person's actions in a world.
package struct KeyBindings: Sendable {
  /// A continuous action has up to two dimensions that keys steer; a key pushes one of them to an
  /// end.
  private struct Push {
    var dimension: Int
    var value: Float
  }

  private let space: ActionSpace
  private let names: [String]
  private var numbers: [Keystroke: Int] = [:]
  private var pushes: [Keystroke: Push] = [:]
  /// What each key does.
  package private(set) var help: [KeyHelp] = []

  /// Keys that are no characters.
  private static let named: [String: Keystroke] = [
    "left": .left, "right": .right, "up": .up, "down": .down, "space": .character(" "),
    "enter": .enter,
  ]

  /// - Parameters:
  ///   - space: as agents drive it: continuous actions are within ±1.
  ///   - information: of the world: what each number of a discrete space is called, and its keys.
  package init(for space: ActionSpace, _ information: EnvironmentInformation) {
    self.space = space
    names = information.actionNames
    switch space {
    case .discrete(let count): bindNumbers(count, information.actionKeys)
    case .continuous(let low, _): bindPushes(low.count)
    }
  }

  private mutating func bindNumbers(_ count: Int, _ known: [String: [String]]) {
    for number in 0..<count {
      let name = name(of: number)
      var keys = (known[name] ?? []).compactMap { key in
        Self.named[key] ?? (key.count == 1 ? key.first.map(Keystroke.character) : nil)
      }
      if number < 10, let digit = "\(number)".first { keys.append(.character(digit)) }
      for key in keys { numbers[key] = number }
      help.append(KeyHelp(keys, name))
    }
  }

  private mutating func bindPushes(_ dimensions: Int) {
    let keys: [(less: [Keystroke], more: [Keystroke])] = [
      ([.left, .character("a")], [.right, .character("d")]),
      ([.down, .character("s")], [.up, .character("w")]),
    ]
    for (dimension, keys) in keys.prefix(dimensions).enumerated() {
      for key in keys.less { pushes[key] = Push(dimension: dimension, value: -1) }
      for key in keys.more { pushes[key] = Push(dimension: dimension, value: 1) }
      let number = dimensions > 1 ? " \(dimension)" : ""
      help.append(KeyHelp(keys.less, "action\(number) -1"))
      help.append(KeyHelp(keys.more, "action\(number) +1"))
    }
    help.append(KeyHelp([.character(" ")], "action 0"))
  }

  private func name(of number: Int) -> String {
    names.indices ~= number ? names[number] : "action \(number)"
  }

  /// Whether an action is several numbers, to which held keys add up.
  package var isContinuous: Bool {
    if case .continuous = space { true } else { false }
  }

  /// The action of a key; nil where it makes none.
  package func action(for key: Keystroke) -> Action? {
    if let number = numbers[key] { return .discrete(number) }
    guard isContinuous, pushes[key] != nil || key == .character(" ") else { return nil }
    return action(holding: [key])
  }

  /// The action of keys that are held at once, in a continuous space: opposite ones cancel out, and
  /// none is 0.
  package func action(holding keys: Set<Keystroke>) -> Action {
    guard case .continuous(let low, _) = space else { return .discrete(0) }
    var values = Array(repeating: 0 as Float, count: low.count)
    for push in keys.compactMap({ pushes[$0] }) { values[push.dimension] += push.value }
    return .continuous(values.map { min(max($0, -1), 1) })
  }

  /// What an action is called.
  package func name(of action: Action) -> String {
    switch action {
    case .discrete(let number): name(of: number)
    case .continuous(let values): values.map { String(format: "%.2f", $0) }.joined(separator: ", ")
    }
  }
}
