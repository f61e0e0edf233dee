import Foundation

/// How far a run is and how it does.
public struct ProgressStatus: Sendable, Equatable {
  /// Environment steps so far, resets included.
  public var steps: Int
  /// Environment steps at which the run ends.
  public var totalSteps: Int
  /// Gradient steps.
  public var updates: Int
  /// What the run is judged by, the mean return of the latest episodes for one; nil before there is any.
  public var score: Double?
  /// What it is called.
  public var scoreName: String
  /// What only a terminal has room for.
  public var details: Details
  /// Images that an update learns from, for a rate; 0 where updates are not counted in images.
  public var imagesPerUpdate = 0

  /// By default there is no score yet, and nothing that only a terminal shows.
  public init(
    steps: Int, totalSteps: Int, updates: Int, score: Double? = nil, scoreName: String = "return",
    details: Details = Details()
  ) {
    self.steps = steps
    self.totalSteps = totalSteps
    self.updates = updates
    self.score = score
    self.scoreName = scoreName
    self.details = details
  }

  /// What only a terminal shows: the best score, losses, other lines.
  public struct Details: Sendable, Equatable {
    /// The best that an evaluation found.
    public var bestScore: Double?
    /// The losses of the newest update, in the order in which they are shown.
    public var losses: [Loss] = []
    /// Whatever else there is to say, a line each.
    public var lines: [Line] = []

    /// Nothing to show.
    public init() {}
  }

  /// One of the losses of an update.
  public struct Loss: Sendable, Equatable {
    /// As metrics call it behind `loss/`.
    public var name: String
    /// Its mean over the batch, not weighted.
    public var value: Double

    /// A loss by its name and its mean.
    public init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// A line of a title, of at most seven characters, and a text.
  public struct Line: Sendable, Equatable {
    /// At most seven characters; more would push the text out of its column.
    public var title: String
    /// What stands behind the title; what the terminal has no room for is cut.
    public var text: String

    /// A title and its text.
    public init(_ title: String, _ text: String) {
      self.title = title
      self.text = text
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
    guard let status = history.last?.status, status.steps < status.totalSteps,
      let rate = rate(\.steps), rate > 0
    else { return nil }
    return Double(status.totalSteps - status.steps) / rate
  }
}

/// Progress as people read it.
enum ProgressText {
  /// `45 s`, `12 min` or `3 h 05 min`.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(.up), 1e9))
    let minutes = (whole + 59) / 60
    if whole < 60 { return "\(whole) s" }
    if minutes < 60 { return "\(minutes) min" }
    return "\(minutes / 60) h \(String(format: "%02d", minutes % 60)) min"
  }

  static func percent(_ status: ProgressStatus) -> Int {
    100 * status.steps / max(1, status.totalSteps)
  }

  /// `1.02 updates/s`, or, where an update is of images, `4300 images/s`.
  private static func speed(_ updates: Double, _ status: ProgressStatus) -> String {
    guard status.imagesPerUpdate > 0 else { return "\(updates.fixed(2)) updates/s" }
    return "\(Int((updates * Double(status.imagesPerUpdate)).rounded())) images/s"
  }

  /// `1200/8000 steps (15 %), 290 updates, 1.02 updates/s, return 0.83, 12 min left`
  static func line(_ status: ProgressStatus, _ rates: ProgressRates) -> String {
    var parts = [
      "\(status.steps)/\(status.totalSteps) steps (\(percent(status)) %)",
      "\(status.updates) updates",
    ]
    if let rate = rates.rate(\.updates) { parts.append(speed(rate, status)) }
    if let score = status.score { parts.append("\(status.scoreName) \(score.fixed(2))") }
    if let left = rates.secondsLeft { parts.append("\(duration(left)) left") }
    return parts.joined(separator: ", ")
  }
}
