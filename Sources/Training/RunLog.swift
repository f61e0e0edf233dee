import Agents
import Foundation
import ReplayBuffers
import Telemetry

/// Gathers what a run measures and writes it when it is time to.
final class RunLog {
  private let metrics: JSONLines
  private let scores: JSONLines
  private let progress: ProgressLine?
  /// What does not depend on the clock.
  struct State: Codable, Equatable {
    /// Sums since the last line.
    var sums: [String: Sum] = [:]
    /// The newest episodes, for the progress line.
    var recentScores: [Double] = []
    /// Where the last line stood.
    var lastStep = 0
    var lastUpdates = 0
  }

  /// A sum of metrics, for their mean.
  struct Sum: Codable, Equatable {
    var sum = 0.0
    var count = 0
  }

  private(set) var state: State
  private var lastTime = ContinuousClock.now
  /// Where the time went since the last line, and before it.
  private var sinceLine = TimeSplit()
  private var beforeLine = TimeSplit()

  /// - Parameter resumedAt: lines of later steps are cut; nil begins the files afresh.
  ///   - state: what to go on from.
  init(
    _ folder: RunFolder, resumedAt: Int?, from state: State = State(), progress: ProgressLine?
  ) throws {
    metrics = try JSONLines(folder.metrics, keepingThrough: resumedAt)
    scores = try JSONLines(folder.scores, keepingThrough: resumedAt)
    self.progress = progress
    self.state = state
  }

  /// Takes an update into the averages of the next line.
  func add(_ result: Learner.Result) {
    add(result.metrics)
    sinceLine.add(result)
  }

  func addEnvironment(seconds: Double) { sinceLine.addEnvironment(seconds: seconds) }

  /// Where the time of the whole run has gone so far.
  var timeSplit: TimeSplit {
    var split = beforeLine
    split += sinceLine
    split.addElapsed(seconds: (ContinuousClock.now - lastTime) / .seconds(1))
    return split
  }

  /// Takes metrics of one update or report into the averages of the next line.
  func add(_ values: [(name: String, value: Float)], prefix: String = "train") {
    for (name, value) in values { add("\(prefix)/\(name)", Double(value)) }
  }

  func add(_ values: [(name: String, value: Double)]) {
    for (name, value) in values { add(name, value) }
  }

  private func add(_ name: String, _ value: Double) {
    state.sums[name, default: Sum()].sum += value
    state.sums[name, default: Sum()].count += 1
  }

  func add(_ episode: Driver.Episode, step: Int) throws {
    var values: [String: MetricValue] = [
      "episode/score": .double(episode.score), "episode/length": .integer(episode.length),
    ]
    if let success = episode.success { values["episode/success"] = .integer(success ? 1 : 0) }
    try scores.write(MetricRecord(step: step, values: values))
    add("epstats/score", episode.score)
    add("epstats/length", Double(episode.length))
    if let success = episode.success { add("epstats/success", success ? 1 : 0) }
    state.recentScores = state.recentScores.suffix(19) + [episode.score]
  }

  /// Writes a line of averages since the last one.
  ///
  /// - Parameter rowsPerUpdate: replayed rows that an update trains on.
  func write(step: Int, replay: ReplayStatistics, updates: Int, rowsPerUpdate: Int) throws {
    var values = state.sums.mapValues { MetricValue.double($0.sum / Double($0.count)) }
    for (name, value) in replay.metrics where value.isFinite {
      values["replay/\(name)"] = .double(value)
    }
    let now = ContinuousClock.now
    let seconds = max((now - lastTime) / .seconds(1), 1e-9)
    values["fps/policy"] = .double(Double(step - state.lastStep) / seconds)
    values["fps/train"] = .double(Double((updates - state.lastUpdates) * rowsPerUpdate) / seconds)
    values["fps/updates"] = .double(Double(updates - state.lastUpdates) / seconds)
    sinceLine.addElapsed(seconds: seconds)
    for (name, value) in sinceLine.metrics { values[name] = .double(value) }
    try metrics.write(MetricRecord(step: step, values: values))
    beforeLine += sinceLine
    sinceLine = TimeSplit()
    lastTime = now
    (state.lastStep, state.lastUpdates) = (step, updates)
    state.sums.removeAll(keepingCapacity: true)
  }

  /// Writes a line of what an evaluation found.
  func write(sampled: Evaluation, mode: Evaluation, step: Int) throws {
    var values: [String: MetricValue] = [:]
    for (name, evaluation) in [("eval", sampled), ("eval_mode", mode)] {
      values["\(name)/score"] = .double(evaluation.mean)
      values["\(name)/length"] = .double(evaluation.meanLength)
      if let rate = evaluation.successRate { values["\(name)/success"] = .double(rate) }
    }
    try metrics.write(MetricRecord(step: step, values: values))
  }

  func show(step: Int, of total: Int, updates: Int) {
    progress?.update(status(step, total, updates))
  }

  func finish(step: Int, of total: Int, updates: Int) {
    progress?.finish(status(step, total, updates))
  }

  private func status(_ step: Int, _ total: Int, _ updates: Int) -> ProgressStatus {
    let scores = state.recentScores
    let mean = scores.reduce(0, +) / Double(max(scores.count, 1))
    return ProgressStatus(
      environmentSteps: step, totalSteps: total, updates: updates,
      episodeReturn: scores.isEmpty ? nil : mean)
  }
}
