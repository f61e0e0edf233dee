/// `replay`: what is remembered and which of it is learned from.
public struct ReplayConfiguration: Codable, Sendable, Equatable {
  /// `replay.fracs`: the share of each way to choose a window; they add up to 1.
  public struct Fractions: Codable, Sendable, Equatable {
    public var uniform = 1.0
    /// Not available: in the reference, nothing writes priorities back. Must be 0.
    public var priority = 0.0
    public var recency = 0.0

    public init() {}
  }

  /// Windows that are remembered, at least 1; the oldest go first.
  public var size = 5_000_000
  /// Whether training takes each new stretch of experience once before it draws at random.
  public var online = true
  public var fracs = Fractions()
  /// How fast recency falls: a window that `a` others followed weighs `(a + 1)^-recexp`.
  public var recexp = 1.0
  /// Rows that are stored, and freed, together; at least 1.
  public var chunksize = 1024

  public init() {}

  /// Checks the ranges.
  public func validate() throws {
    try check("size", "\(size)", size >= 1, "it must be at least 1")
    try check("chunksize", "\(chunksize)", chunksize >= 1, "it must be at least 1")
    try check("recexp", "\(recexp)", recexp >= 0 && recexp.isFinite, "it must be at least 0")
    try check(
      "fracs.priority", "\(fracs.priority)", fracs.priority == 0,
      "prioritised sampling is not available; set it to 0 and raise fracs.uniform or fracs.recency")
    try check(
      "fracs", "\(fracs.uniform) + \(fracs.recency)",
      fracs.uniform >= 0 && fracs.recency >= 0 && abs(fracs.uniform + fracs.recency - 1) < 1e-6,
      "uniform and recency must not be negative and must add up to 1")
  }

  private func check(_ key: String, _ value: String, _ holds: Bool, _ reason: String) throws {
    if !holds { throw ReplayError(key: "replay.\(key)", value: value, reason: reason) }
  }
}

/// A replay configuration that cannot be used.
public struct ReplayError: Error, Equatable, CustomStringConvertible {
  /// The configuration key.
  public var key: String
  public var value: String
  /// What is wrong, and what to do about it.
  public var reason: String

  public init(key: String, value: String, reason: String) {
    self.key = key
    self.value = value
    self.reason = reason
  }

  public var description: String { "\(key) is \(value): \(reason)" }
}
