/// What a value must be.
public enum ConfigurationRule: Sendable {
  case atLeast(Double)
  case atMost(Double)
  case itemsAtMost(Int)
  case above(Double)
  case within(ClosedRange<Double>)
  /// At least 0 and below 1.
  case share
  case oneOf([String])
  /// A list of some of these.
  case someOf([String])
  /// A text that a function knows; what it must be, in words.
  case named(String, @Sendable (String) -> Bool)

  /// Whether a value is so; nil where it is, else what it must be.
  func violation(_ value: ConfigurationValue) -> String? {
    let number = value.numeric ?? 0
    let text = if case .text(let text) = value { text } else { "" }
    return switch self {
    case .atLeast(let least): number >= least ? nil : "must be at least \(Self.text(least))"
    case .atMost(let most): number <= most ? nil : "must be at most \(Self.text(most))"
    case .itemsAtMost(let most):
      value.items.allSatisfy { $0 <= most } ? nil : "must hold numbers of at most \(most)"
    case .above(let bound): number > bound ? nil : "must be above \(Self.text(bound))"
    case .within(let range):
      range.contains(number)
        ? nil : "must be \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
    case .share: number >= 0 && number < 1 ? nil : "must be at least 0 and below 1"
    case .oneOf(let names):
      names.contains(text)
        ? nil : "must be \(names.count > 1 ? "one of " : "")\(names.joined(separator: ", "))"
    case .someOf(let names):
      value.names.allSatisfy(names.contains)
        ? nil : "must be a list of some of \(names.joined(separator: ", "))"
    case .named(let words, let isKnown): isKnown(text) ? nil : "must be \(words)"
    }
  }

  private static func text(_ bound: Double) -> String {
    Int(exactly: bound).map { "\($0)" } ?? "\(bound)"
  }
}

extension ConfigurationRule {
  /// Of whole numbers that have no limit of their own: steps, seeds, sizes of replay.
  private static let largestInteger = 1e15
  /// Of other numbers, which are calculated with in single precision, whose largest is 3.4e38.
  private static let largestNumber = 1e38
  /// Of the items of lists: lengths and multiples.
  private static let largestItem = 4096

  /// The rule for a value that has none of its own; nil where any will do.
  static func general(for value: ConfigurationValue) -> ConfigurationRule? {
    switch value {
    case .integer: .atMost(largestInteger)
    case .integers: .itemsAtMost(largestItem)
    // What may be infinite is checked with its key.
    case .number(let number): number.isInfinite ? nil : .atMost(largestNumber)
    case .boolean, .text, .texts: nil
    }
  }
}

extension ConfigurationTable {
  /// Checks each value by itself, then those that depend on each other.
  /// - Throws: ``ConfigurationError`` for the first that is wrong.
  package func validate() throws {
    for row in rows where row.value == .number(.infinity) && !Root.mayBeInfinite(row.key) {
      throw error(row.key, "expected a number")
    }
    for (pattern, rule) in Root.ranges {
      for row in rows(matching: pattern) { try require(rule, row) }
    }
    for row in rows {
      if let rule = ConfigurationRule.general(for: row.value) { try require(rule, row) }
    }
    try configuration().check(self)
  }

  /// Rows whose keys a pattern means.
  func rows(matching pattern: String) -> [Row] {
    if pattern.hasPrefix("*.") { return rows.filter { $0.key.hasSuffix(pattern.dropFirst()) } }
    if pattern.hasSuffix(".*") { return rows.filter { $0.key.hasPrefix(pattern.dropLast()) } }
    return self[pattern].map { [$0] } ?? []
  }

  private func error(
    _ key: String, _ reason: String, value: String? = nil
  ) -> ConfigurationError {
    ConfigurationError(
      keyPath: key, value: value ?? self[key]?.value.yaml ?? "", reason: reason,
      origin: self[key]?.origin)
  }

  private func require(_ rule: ConfigurationRule, _ row: Row) throws {
    if let violation = rule.violation(row.value) { throw error(row.key, violation) }
  }

  /// - Throws: ``ConfigurationError`` of a key, for a reason, where something does not hold.
  ///
  /// - Parameter value: what errors show of it; nil for what the table has.
  public func require(
    _ holds: Bool, _ key: String, _ reason: String, value: String? = nil
  ) throws {
    if !holds { throw error(key, reason, value: value) }
  }
}
