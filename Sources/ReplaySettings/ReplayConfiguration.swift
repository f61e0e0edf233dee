import Foundation

/// `replay`: what is remembered and which of it is learned from.
public struct ReplayConfiguration: Codable, Sendable, Equatable {
  /// `replay.fracs`: the share of each way to choose a window; they add up to 1.
  public struct Fractions: Codable, Sendable, Equatable {
    /// All remembered windows alike.
    public var uniform = 1.0
    /// Windows by what their rows count, as `replay.prio` says.
    public var priority = 0.0
    /// Recent windows more often than old ones, as `replay.recexp` says.
    public var recency = 0.0

    /// All windows alike.
    public init() {}
  }

  /// `replay.prio`: how prioritised sampling weighs windows.
  public struct Priorities: Codable, Sendable, Equatable {
    /// The power to which a row's priority, its loss in the world model, counts; at least 0.
    public var exponent = 0.8
    /// The share of the largest of a window's priorities beside their mean.
    public var maxfrac = 0.5
    /// The priority of a row that was not trained on; at least 0, or `inf` for before all others.
    public var initial = Double.infinity
    /// Whether rows that training drew count nothing until their losses are known.
    public var zeroOnSample = true

    /// The reference's defaults; without effect while `fracs.priority` is 0.
    public init() {}

    /// What a priority counts.
    package func weight(_ priority: Float) -> Float {
      exponent == 0 ? 1 : pow(max(priority, 0), Float(exponent))
    }
  }

  /// Windows that are remembered, at least 1; the oldest go first.
  public var size = 5_000_000
  /// Whether training takes each new stretch of experience once before it draws at random.
  public var online = true
  /// How windows are chosen, after those that `online` puts first.
  public var fracs = Fractions()
  /// How windows are weighed where `fracs.priority` is above 0.
  public var prio = Priorities()
  /// How fast recency falls: a window that `a` others followed weighs `(a + 1)^-recexp`.
  public var recexp = 1.0
  /// Rows that are stored, and freed, together; at least 1.
  public var chunksize = 1024
  /// Ours: the most memory that replay takes, `512MB` or `2GiB` for one; what is beyond it is read back
  /// from the disk.
  public var memory = "4GB"
  /// Ours: a folder with recorded episodes (`env.wrap.record`), or another run's folder for what that
  /// remembers: remembered before training begins; empty for none.
  public var preload = ""

  /// The reference's defaults, and at most 4 GB of memory.
  public init() {}

  /// The most windows: far above what anybody wants.
  package static let largestSize = 1_000_000_000
  /// The most rows of a chunk, which are in memory, packed, until it is full.
  package static let largestChunk = 65_536

  /// Checks the ranges.
  public func validate() throws {
    try check("size", "\(size)", size >= 1, "it must be at least 1")
    try check("chunksize", "\(chunksize)", chunksize >= 1, "it must be at least 1")
    try check(
      "size", "\(size)", size <= Self.largestSize, "it must be at most \(Self.largestSize)")
    try check(
      "chunksize", "\(chunksize)", chunksize <= Self.largestChunk,
      "it must be at most \(Self.largestChunk)")
    try check("recexp", "\(recexp)", recexp >= 0 && recexp.isFinite, "it must be at least 0")
    let shares = [fracs.uniform, fracs.priority, fracs.recency]
    try check(
      "fracs", shares.map { "\($0)" }.joined(separator: " + "),
      shares.allSatisfy { $0 >= 0 } && abs(shares.reduce(0, +) - 1) < 1e-6,
      "uniform, priority and recency must not be negative and must add up to 1")
    try check(
      "prio.exponent", "\(prio.exponent)", prio.exponent >= 0 && prio.exponent.isFinite,
      "it must be at least 0")
    try check(
      "prio.maxfrac", "\(prio.maxfrac)", 0...1 ~= prio.maxfrac, "it must be 0 to 1")
    try check("prio.initial", "\(prio.initial)", prio.initial >= 0, "it must be at least 0")
    _ = try memoryBytes()
  }

  /// The bound on memory in bytes.
  public func memoryBytes() throws -> Int {
    guard let bytes = ByteSize.parse(memory), bytes > 0 else {
      throw ReplayError(
        key: "replay.memory", value: memory,
        reason: "it must be a number of bytes with a unit, 512MB or 2GiB for one")
    }
    return bytes
  }

  private func check(_ key: String, _ value: String, _ holds: Bool, _ reason: String) throws {
    if !holds { throw ReplayError(key: "replay.\(key)", value: value, reason: reason) }
  }
}

/// A replay configuration that cannot be used.
public struct ReplayError: Error, Equatable, CustomStringConvertible {
  /// The configuration key.
  public var key: String
  /// As messages show it.
  public var value: String
  /// What is wrong, and what to do about it.
  public var reason: String

  /// - Parameter key: from the root, `replay.size` for one.
  public init(key: String, value: String, reason: String) {
    self.key = key
    self.value = value
    self.reason = reason
  }

  /// `replay.size is 0: it must be at least 1`
  public var description: String { "\(key) is \(value): \(reason)" }
}
