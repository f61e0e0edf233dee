import Foundation

/// How far a run is.
public struct ProgressStatus: Sendable, Equatable {
  public var environmentSteps: Int
  public var totalSteps: Int
  /// Gradient steps.
  public var updates: Int
  /// Mean return of the latest episodes; nil before the first has ended.
  public var episodeReturn: Double?

  public init(environmentSteps: Int, totalSteps: Int, updates: Int, episodeReturn: Double? = nil) {
    self.environmentSteps = environmentSteps
    self.totalSteps = totalSteps
    self.updates = updates
    self.episodeReturn = episodeReturn
  }
}

/// A line that tells how far a run is: rewritten in place on a terminal, a new one every ten
/// seconds elsewhere.
public final class ProgressLine {
  private let isTerminal: Bool
  /// Time between lines.
  private let interval: Duration
  /// Rates are averages over this long: before the first update, steps are fast and no guide.
  private let window: Duration = .seconds(60)
  private let now: () -> Duration
  private let output: (String) -> Void
  private var history: [(time: Duration, status: ProgressStatus)] = []
  private var lastShown: Duration?
  private var shownWidth = 0

  /// - Parameters:
  ///   - isTerminal: Whether the output understands a carriage return.
  ///   - now: The time since any fixed moment.
  ///   - output: Takes text, ends of lines included.
  public init(
    isTerminal: Bool, now: @escaping () -> Duration, output: @escaping (String) -> Void
  ) {
    self.isTerminal = isTerminal
    self.now = now
    self.output = output
    interval = isTerminal ? .milliseconds(200) : .seconds(10)
  }

  /// A line on standard error.
  public static func standardError() -> ProgressLine {
    let clock = ContinuousClock()
    let start = clock.now
    return ProgressLine(isTerminal: isatty(STDERR_FILENO) == 1, now: { clock.now - start }) {
      // A closed standard error must not end the run.
      try? FileHandle.standardError.write(contentsOf: Data($0.utf8))
    }
  }

  /// Notes how far the run is, and shows it where it is time to.
  public func update(_ status: ProgressStatus) {
    let time = now()
    if let lastShown, time - lastShown < interval { return }
    history.append((time, status))
    history.removeAll { time - $0.time > window }
    lastShown = time
    show(text(status))
  }

  /// Shows the last state and ends the line.
  public func finish(_ status: ProgressStatus) {
    history.append((now(), status))
    show(text(status))
    if isTerminal { output("\n") }
  }

  private func show(_ text: String) {
    guard isTerminal else { return output(text + "\n") }
    let blanks = String(repeating: " ", count: max(0, shownWidth - text.count))
    shownWidth = text.count
    output("\r" + text + blanks)
  }

  /// `1200/8000 steps (15 %), 290 updates, 1.02 updates/s, return 0.83, 12 min left`
  private func text(_ status: ProgressStatus) -> String {
    let percent = 100 * status.environmentSteps / max(1, status.totalSteps)
    var parts = [
      "\(status.environmentSteps)/\(status.totalSteps) steps (\(percent) %)",
      "\(status.updates) updates",
    ]
    if let rate = rate(\.updates) { parts.append("\(Self.fixed(rate, digits: 2)) updates/s") }
    if let value = status.episodeReturn { parts.append("return \(Self.fixed(value, digits: 2))") }
    let left = status.totalSteps - status.environmentSteps
    if left > 0, let rate = rate(\.environmentSteps), rate > 0 {
      parts.append("\(Self.duration(Double(left) / rate)) left")
    }
    return parts.joined(separator: ", ")
  }

  /// Increase a second over the window; nil before there are two moments to compare.
  private func rate(_ count: KeyPath<ProgressStatus, Int>) -> Double? {
    guard let first = history.first, let last = history.last, last.time > first.time else {
      return nil
    }
    let difference = last.status[keyPath: count] - first.status[keyPath: count]
    return Double(difference) / ((last.time - first.time) / .seconds(1))
  }

  /// A number with so many digits after the point.
  static func fixed(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// `45 s`, `12 min` or `3 h 05 min`.
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(seconds.rounded(.up), 1e9))
    let minutes = (whole + 59) / 60
    if whole < 60 { return "\(whole) s" }
    if minutes < 60 { return "\(minutes) min" }
    return "\(minutes / 60) h \(String(format: "%02d", minutes % 60)) min"
  }
}
