import Foundation
import Runs

/// Gathers what a run measures, by name, and writes it to the run's logs. Knows no agent.
package final class RunLog {
  // Nil where nothing is left to write.
  private let metrics: JSONLines?
  private let scores: JSONLines?
  private let events: EventFile?
  private let progress: ProgressDisplay?

  /// What does not depend on the clock.
  package struct State: Codable, Equatable {
    /// Sums since the last line.
    package fileprivate(set) var sums: [String: Sum] = [:]
    /// The newest scores, for the progress line.
    package fileprivate(set) var recentScores: [Double] = []
    /// Where the last line stood.
    package fileprivate(set) var lastStep = 0
    package fileprivate(set) var lastUpdates = 0
    /// Updates that were left out because of numbers that were not finite.
    package fileprivate(set) var skippedUpdates = 0
    /// The names of warnings that were given; each is given once.
    package fileprivate(set) var warnings: [String] = []
    /// Of what was written; nil in checkpoints of before.
    package fileprivate(set) var digests: RunHistory.Digests?

    package init() {}
  }

  /// A sum of metrics, for their mean.
  package struct Sum: Codable, Equatable {
    var sum = 0.0
    package var count = 0
  }

  /// Bytes of the files.
  package struct Sizes: Codable, Equatable {
    var metrics: Int
    var scores: Int
    var events: Int
  }

  package fileprivate(set) var state: State
  private var meter = UsageMeter()
  /// Where the time went since the last line, and before it.
  package var sinceLine: TimeSplit
  private var beforeLine: TimeSplit

  /// - Parameters:
  ///   - folder: nil where nothing will be written.
  ///   - history: what of the files stays; nil begins them afresh.
  ///   - state: what to go on from.
  ///   - phases: what the run does, in the order in which it does it.
  /// - Throws: `FileError`.
  package init(
    _ folder: RunFolder?, continuing history: RunHistory?, from state: State = State(),
    phases: [String], progress: ProgressDisplay?
  ) throws {
    metrics = try folder.map { try JSONLines($0.metrics, keeping: history?.metrics) }
    scores = try folder.map { try JSONLines($0.scores, keeping: history?.scores) }
    events = try folder.map { try EventFile($0.events, keeping: history?.events) }
    self.progress = progress
    self.state = state
    (sinceLine, beforeLine) = (TimeSplit(phases: phases), TimeSplit(phases: phases))
  }

  /// What a checkpoint keeps.
  package var saved: State {
    var saved = state
    if let metrics, let scores, let events {
      saved.digests = .init(metrics: metrics.digest, scores: scores.digest, events: events.digest)
    }
    return saved
  }

  // MARK: gathering

  /// Takes a value into the averages of the next line.
  package func add(_ name: String, _ value: Double) {
    state.sums[name, default: Sum()].sum += value
    state.sums[name, default: Sum()].count += 1
  }

  /// Counts an update that was left out, and says why.
  package func addSkipped(_ reason: String, step: Int) throws {
    state.skippedUpdates += 1
    try warn([RunWarning(name: "skipped_update", text: reason)], step: step)
  }

  /// Where the time of the whole run has gone so far.
  package var timeSplit: TimeSplit {
    var split = beforeLine
    split += sinceLine
    split.addElapsed(seconds: meter.seconds)
    return split
  }

  /// The mean of the newest scores; nil before there is one.
  package var recentScore: Double? {
    let scores = state.recentScores
    return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
  }

  // MARK: writing

  /// Writes a score to a line of its own.
  package func write(score: Double, _ record: MetricRecord) throws {
    try scores?.write(record)
    try events?.write(record)
    state.recentScores = state.recentScores.suffix(19) + [score]
  }

  /// Writes pictures and histograms.
  package func write(_ pictures: [Event.Summary], step: Int) throws {
    try events?.write(pictures, step: step)
  }

  /// Writes a line of its own.
  package func write(_ record: MetricRecord) throws {
    try metrics?.write(record)
    try events?.write(record)
  }

  /// Writes a line of averages since the last one.
  ///
  /// - Parameters:
  ///   - others: what else it is to hold.
  ///   - updates: gradient steps so far.
  ///   - rowsPerUpdate: what an update trains on.
  /// - Returns: the averages.
  package func writeLine(
    step: Int, updates: Int, rowsPerUpdate: Int, with others: [String: MetricValue]
  ) throws -> [String: Double] {
    let means = state.sums.mapValues { $0.sum / Double($0.count) }
    var values = means.mapValues(MetricValue.double).merging(others) { $1 }
    if updates + state.skippedUpdates > 0 {
      values["train/opt/skipped"] = .integer(state.skippedUpdates)
    }
    let usage = meter.lap()
    for (name, value) in usage.metrics { values[name] = .double(value) }
    values["fps/policy"] = .double(Double(step - state.lastStep) / usage.seconds)
    values["fps/train"] = .double(
      Double((updates - state.lastUpdates) * rowsPerUpdate) / usage.seconds)
    values["fps/updates"] = .double(Double(updates - state.lastUpdates) / usage.seconds)
    sinceLine.addElapsed(seconds: usage.seconds)
    for (name, value) in sinceLine.metrics { values[name] = .double(value) }
    try write(MetricRecord(step: step, values: values))
    beforeLine += sinceLine
    sinceLine = TimeSplit(phases: sinceLine.phases)
    (state.lastStep, state.lastUpdates) = (step, updates)
    state.sums.removeAll(keepingCapacity: true)
    return means
  }

  /// Says and logs warnings that were not given before.
  package func warn(_ warnings: [RunWarning], step: Int) throws {
    for warning in warnings where !state.warnings.contains(warning.name) {
      state.warnings.append(warning.name)
      try write(MetricRecord(step: step, values: ["warning/\(warning.name)": .text(warning.text)]))
      progress?.say("warning: \(warning.text)")
    }
  }

  /// Waits until the disk has all lines, for a checkpoint to rest on.
  package func synchronize() throws {
    try metrics?.synchronize()
    try scores?.synchronize()
    try events?.synchronize()
  }

  /// How large the files are.
  package func sizes() throws -> Sizes? {
    guard let metrics, let scores, let events else { return nil }
    return Sizes(metrics: try metrics.size(), scores: try scores.size(), events: try events.size())
  }

  // MARK: showing

  package func show(_ status: () -> ProgressStatus) { progress?.update(status) }

  package func finish(_ status: ProgressStatus) { progress?.finish(status) }
}

/// A sign that something goes wrong, and what to try.
package struct RunWarning: Equatable {
  package let name: String
  package let text: String

  package init(name: String, text: String) { (self.name, self.text) = (name, text) }
}
