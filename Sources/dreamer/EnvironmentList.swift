import EnvironmentInterface
import Foundation

/// What people and programs read about worlds.
struct EnvironmentList {
  private let worlds: [any Environment]

  init(_ worlds: [any Environment]) { self.worlds = worlds }

  /// A line for each world under a head, in columns.
  ///
  /// `gridworld/Empty-5x5  image 56×56×3  7  100  0…1  0.955  Get to the green goal square.`
  var table: String {
    let head = ["id", "shows", "actions", "steps", "reward", "best", "what is to be done"]
    let rows = [head] + worlds.map(Self.row)
    let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }
        .joined(separator: "  ").trimmingCharacters(in: .whitespaces)
    }.joined(separator: "\n")
  }

  /// One object, with null for what is not known.
  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let entries = ["environments": worlds.map(EnvironmentEntry.init)]
      return String(decoding: try encoder.encode(entries), as: UTF8.self)
    }
  }

  private static func row(_ world: any Environment) -> [String] {
    let information = world.information
    return [
      world.id, world.observationSpaces.map(\.summary).joined(separator: ", "),
      text(world.actionSpace),
      information.stepLimit.map { "\($0)" } ?? "-",
      information.rewardRange.map { text($0.lowerBound, $0.upperBound) } ?? "-",
      information.bestReturn.map(text) ?? "-", information.summary,
    ]
  }

  /// How many there are, or the bounds of each.
  private static func text(_ space: ActionSpace) -> String {
    switch space {
    case .discrete(let count): "\(count)"
    case .continuous(let low, let high): zip(low, high).map(text).joined(separator: " × ")
    }
  }

  private static func text(_ low: Double, _ high: Double) -> String { "\(text(low))…\(text(high))" }

  /// At most four digits.
  private static func text(_ number: Double) -> String { String(format: "%.4g", number) }
}

/// A world in JSON.
private struct EnvironmentEntry: Encodable {
  private let world: any Environment

  init(_ world: any Environment) { self.world = world }

  private enum Key: String, CodingKey {
    case id, summary, observations, actions
    case stepLimit = "step_limit"
    case rewardRange = "reward_range"
    case bestReturn = "best_return"
    case definesSuccess = "defines_success"
  }

  private enum ActionKey: String, CodingKey {
    case discrete, names, low, high
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(world.id, forKey: .id)
    let lengths = world.observationSpaces.map { ($0.name, $0.lengths) }
    try container.encode(
      Dictionary(lengths, uniquingKeysWith: { first, _ in first }), forKey: .observations)
    try encode(world.actionSpace, in: &container)
    // `encode` writes null where there is nothing.
    let information = world.information
    try container.encode(information.summary, forKey: .summary)
    try container.encode(information.stepLimit, forKey: .stepLimit)
    try container.encode(
      information.rewardRange.map { [$0.lowerBound, $0.upperBound] }, forKey: .rewardRange)
    try container.encode(information.bestReturn, forKey: .bestReturn)
    try container.encode(information.definesSuccess, forKey: .definesSuccess)
  }

  private func encode(
    _ space: ActionSpace, in container: inout KeyedEncodingContainer<Key>
  ) throws {
    var actions = container.nestedContainer(keyedBy: ActionKey.self, forKey: .actions)
    switch space {
    case .discrete(let count):
      try actions.encode(count, forKey: .discrete)
      try actions.encode(world.information.actionNames, forKey: .names)
    case .continuous(let low, let high):
      try actions.encode(low, forKey: .low)
      try actions.encode(high, forKey: .high)
    }
  }
}

extension ObservationSpace {
  /// Of the axes.
  fileprivate var lengths: [Int] {
    switch kind {
    case .image(let height, let width, let channels): [height, width, channels]
    case .vector(let count), .discrete(let count, _): [count]
    }
  }
}
