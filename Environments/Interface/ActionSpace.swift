import Randomness

/// What an environment can be told to do. The key of the action is always `action`.
public enum ActionSpace: Sendable, Hashable, Codable {
  /// One of `0..<count`.
  case discrete(count: Int)
  /// One number a dimension, within its bounds, which may be infinite.
  case continuous(low: [Double], high: [Double])
}

/// What an environment is told to do for one step.
public enum Action: Sendable, Hashable, Codable {
  case discrete(Int)
  case continuous([Float])
}

extension ActionSpace {
  /// Why an action is not in this space, as the end of a sentence, or nil where it is.
  ///
  /// Bounds are compared in `Float`, the precision of the action.
  public func objection(to action: Action) -> String? {
    switch (self, action) {
    case (.discrete(let count), .discrete(let index)):
      return 0..<count ~= index ? nil : "action \(index) is not in 0..<\(count)"
    case (.continuous(let low, let high), .continuous(let values)):
      guard values.count == low.count else {
        return "action \(values) has \(values.count) numbers instead of \(low.count)"
      }
      for (index, value) in values.enumerated()
      where !(value >= Float(low[index]) && value <= Float(high[index])) {
        return "action[\(index)] = \(value) is not in \(low[index])...\(high[index])"
      }
      return nil
    case (.discrete(let count), .continuous(let values)):
      return "action \(values) is continuous, but the space is 0..<\(count)"
    case (.continuous(let low, _), .discrete(let index)):
      return "action \(index) is discrete, but the space has \(low.count) continuous dimensions"
    }
  }

  /// An action that is uniform over the space.
  public func sample(using generator: inout Generator) -> Action {
    switch self {
    case .discrete(let count):
      return .discrete(generator.integer(below: count))
    case .continuous(let low, let high):
      return .continuous(
        low.indices.map { index in
          let range = Self.units(low[index], high[index])
          return Float(min(max(generator.uniform(range.low, range.high), low[index]), high[index]))
        })
    }
  }

  /// What -1 and 1 mean in a dimension: its bounds, or themselves where one is infinite or beyond what
  /// an action can hold, as in the reference's `NormalizeAction`.
  static func units(_ low: Double, _ high: Double) -> (low: Double, high: Double) {
    Float(low).isFinite && Float(high).isFinite ? (low, high) : (-1, 1)
  }
}
