import Randomness

/// An environment that takes continuous actions in units of its bounds: -1 is the lower, 1 the upper
/// bound (in a dimension with an infinite one, -1 and 1 themselves), and what lies beyond is clipped
/// inside the call, so that the caller keeps what it drew. Discrete actions pass unchanged.
///
/// The reference wraps its environments so (danijar/dreamerv3, `NormalizeAction` and `ClipAction`).
public struct NormalizedActions<Base: Environment>: EnvironmentWrapper {
  /// The environment that takes actions in its own units.
  public var base: Base
  /// -1 to 1 in every dimension; a discrete space is the base's.
  public let actionSpace: ActionSpace
  private let baseSpace: ActionSpace
  /// An action in the base's own units; kept, so that a step allocates nothing.
  private var values: [Float] = []

  /// - Parameter base: its action space is taken now, and is not asked for again.
  public init(_ base: Base) {
    self.base = base
    baseSpace = base.actionSpace
    if case .continuous(let low, _) = baseSpace {
      values = Array(repeating: 0, count: low.count)
      actionSpace = .continuous(low: low.map { _ in -1 }, high: low.map { _ in 1 })
    } else {
      actionSpace = baseSpace
    }
  }

  /// Clips the action to -1 to 1 and gives it to the base in the base's units.
  public mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    try base.step(baseAction(for: action), into: &observation)
  }

  /// The action in the base's own units; one that is no list of finite numbers of the right count
  /// goes through as it is, for the base to refuse.
  private mutating func baseAction(for action: Action) -> Action {
    guard case .continuous(let asked) = action, case .continuous(let low, let high) = baseSpace,
      asked.count == low.count, asked.allSatisfy(\.isFinite)
    else { return action }
    for index in asked.indices {
      let share = (Double(min(max(asked[index], -1), 1)) + 1) / 2
      let range = ActionSpace.units(low[index], high[index])
      let value = range.low + share * (range.high - range.low)
      values[index] = Float(min(max(value, low[index]), high[index]))
    }
    return .continuous(values)
  }
}

/// A world as agents drive it: actions normalised, everything checked in the world's own units.
public func makeDriven(_ world: some Environment) -> any Environment {
  NormalizedActions(CheckedEnvironment(world))
}
