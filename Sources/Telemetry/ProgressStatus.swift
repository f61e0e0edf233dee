import Foundation

/// How far a run is and how it does.
public struct ProgressStatus: Sendable, Equatable {
  public var environmentSteps: Int
  public var totalSteps: Int
  /// Gradient steps.
  public var updates: Int
  /// Mean return of the latest episodes; nil before the first has ended.
  public var episodeReturn: Double?
  /// What only a terminal has room for; nil values are not known yet.
  public var details: Details

  public init(
    environmentSteps: Int, totalSteps: Int, updates: Int, episodeReturn: Double? = nil,
    details: Details = Details()
  ) {
    self.environmentSteps = environmentSteps
    self.totalSteps = totalSteps
    self.updates = updates
    self.episodeReturn = episodeReturn
    self.details = details
  }

  public struct Details: Sendable, Equatable {
    /// The best evaluation's mean return.
    public var bestReturn: Double?
    /// The losses of the newest update, in the order in which they are shown.
    public var losses: [Loss] = []
    /// The mean divergence of the posterior from the prior, in nats, and the nats that are free.
    public var divergence: Double?
    public var freeNats: Double?
    /// The share of rows whose divergence is below the free nats.
    public var freeShare: Double?
    /// Latents that depend on what is seen, of how many, and the mean perplexity of their codes.
    public var activeLatents: Int?
    public var latents: Int?
    public var perplexity: Double?
    /// The memory that the process holds, in 10⁶ bytes.
    public var memoryMegabytes: Double?
    /// Windows that can be sampled.
    public var replayItems: Int?

    public init() {}
  }

  public struct Loss: Sendable, Equatable {
    public var name: String
    public var value: Double

    public init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }
}

/// How fast a run goes: averages over the last minute, for before the first update steps are fast and
/// no guide.
struct ProgressRates {
  private let window: Duration = .seconds(60)
  private var history: [(time: Duration, status: ProgressStatus)] = []

  mutating func add(_ status: ProgressStatus, at time: Duration) {
    history.append((time, status))
    history.removeAll { time - $0.time > window }
  }

  /// Increase a second; nil before there are two moments to compare.
  func rate(_ count: KeyPath<ProgressStatus, Int>) -> Double? {
    guard let first = history.first, let last = history.last, last.time > first.time else {
      return nil
    }
    let difference = last.status[keyPath: count] - first.status[keyPath: count]
    return Double(difference) / ((last.time - first.time) / .seconds(1))
  }

  /// Until the newest status is complete, in seconds; nil where it is or nothing is known.
  var secondsLeft: Double? {
    guard let status = history.last?.status, status.environmentSteps < status.totalSteps,
      let rate = rate(\.environmentSteps), rate > 0
    else { return nil }
    return Double(status.totalSteps - status.environmentSteps) / rate
  }
}

/// Numbers as people read them.
enum ProgressText {
  /// A number with so many digits after the point.
  static func fixed(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// A number with three digits, or in a few characters where it is large or small.
  static func short(_ value: Double) -> String {
    let size = abs(value)
    if size != 0 && !(0.001..<99_999.5).contains(size) { return String(format: "%.1e", value) }
    return fixed(value, digits: size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0)
  }

  /// `45 s`, `12 min` or `3 h 05 min`.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(.up), 1e9))
    let minutes = (whole + 59) / 60
    if whole < 60 { return "\(whole) s" }
    if minutes < 60 { return "\(minutes) min" }
    return "\(minutes / 60) h \(String(format: "%02d", minutes % 60)) min"
  }

  static func percent(_ status: ProgressStatus) -> Int {
    100 * status.environmentSteps / max(1, status.totalSteps)
  }

  /// `1200/8000 steps (15 %), 290 updates, 1.02 updates/s, return 0.83, 12 min left`
  static func line(_ status: ProgressStatus, _ rates: ProgressRates) -> String {
    var parts = [
      "\(status.environmentSteps)/\(status.totalSteps) steps (\(percent(status)) %)",
      "\(status.updates) updates",
    ]
    if let rate = rates.rate(\.updates) { parts.append("\(fixed(rate, digits: 2)) updates/s") }
    if let value = status.episodeReturn { parts.append("return \(fixed(value, digits: 2))") }
    if let left = rates.secondsLeft { parts.append("\(duration(left)) left") }
    return parts.joined(separator: ", ")
  }
}
