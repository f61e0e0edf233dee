extension ConformanceChecker {
  /// What is wrong with the spaces themselves, one sentence each.
  public static func spaceViolations(of world: some Environment) -> [String] {
    var violations: [String] = []
    let spaces = world.observationSpaces
    if spaces.isEmpty { violations.append("there is no observation space") }
    if zip(spaces, spaces.dropFirst()).contains(where: { $0.name >= $1.name }) {
      violations.append("the observation spaces are not in ascending order of name")
    }
    for space in spaces {
      if let objection = space.objection { violations.append(objection) }
    }
    switch world.actionSpace {
    case .discrete(let count):
      if count < 1 { violations.append("the action space has \(count) actions") }
    case .continuous(let low, let high):
      if low.isEmpty || low.count != high.count || !zip(low, high).allSatisfy({ $0 <= $1 }) {
        violations.append("the action bounds \(low) and \(high) enclose nothing")
      }
    }
    return violations
  }
}

extension ObservationSpace {
  /// Names of what else is stored with observations.
  private static let reservedNames = ["action", "is_first", "is_last", "is_terminal", "reward"]

  /// What is wrong with the space, as a sentence, or nil.
  fileprivate var objection: String? {
    if Self.reservedNames.contains(name) {
      return "observation space '\(name)' has a name that is kept for what else is recorded"
    }
    if case .discrete(_, let classes) = kind, classes < 1 {
      return "observation space '\(name)' has \(classes) classes"
    }
    return count < 1 ? "observation space '\(name)' has \(count) elements" : nil
  }
}
