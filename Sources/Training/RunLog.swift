import Agents
import Foundation
import ReplayBuffers
import Telemetry

/// Gathers what a run measures and writes it when it is time to.
final class RunLog {
  private let metrics: JSONLines
  private let scores: JSONLines
  private let progress: ProgressLine?
  private var sums: [String: (sum: Double, count: Int)] = [:]
  /// The newest episodes, for the progress line.
  private var recentScores: [Double] = []
  private var lastStep: Int
  private var lastUpdates = 0
  private var lastTime = ContinuousClock.now
  /// Where the time went since the last line, and before it.
  private var sinceLine = TimeSplit()
  private var beforeLine = TimeSplit()

  /// - Parameter resumedAt: lines of later steps are cut; nil begins the files afresh.
  init(_ folder: RunFolder, resumedAt: Int?, progress: ProgressLine?) throws {
    metrics = try JSONLines(folder.metrics, keepingThrough: resumedAt)
    scores = try JSONLines(folder.scores, keepingThrough: resumedAt)
    self.progress = progress
    lastStep = resumedAt ?? 0
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
    let old = sums[name] ?? (0, 0)
    sums[name] = (old.sum + value, old.count + 1)
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
    recentScores = recentScores.suffix(19) + [episode.score]
  }

  /// Writes a line of averages since the last one.
  ///
  /// - Parameter rowsPerUpdate: replayed rows that an update trains on.
  func write(step: Int, replay: ReplayStatistics, updates: Int, rowsPerUpdate: Int) throws {
    var values = sums.mapValues { MetricValue.double($0.sum / Double($0.count)) }
    for (name, value) in replay.metrics where value.isFinite {
      values["replay/\(name)"] = .double(value)
    }
    let now = ContinuousClock.now
    let seconds = max((now - lastTime) / .seconds(1), 1e-9)
    values["fps/policy"] = .double(Double(step - lastStep) / seconds)
    values["fps/train"] = .double(Double((updates - lastUpdates) * rowsPerUpdate) / seconds)
    values["fps/updates"] = .double(Double(updates - lastUpdates) / seconds)
    sinceLine.addElapsed(seconds: seconds)
    for (name, value) in sinceLine.metrics { values[name] = .double(value) }
    try metrics.write(MetricRecord(step: step, values: values))
    beforeLine += sinceLine
    sinceLine = TimeSplit()
    (lastStep, lastUpdates, lastTime) = (step, updates, now)
    sums.removeAll(keepingCapacity: true)
  }

  func show(step: Int, of total: Int, updates: Int) {
    progress?.update(status(step, total, updates))
  }

  func finish(step: Int, of total: Int, updates: Int) {
    progress?.finish(status(step, total, updates))
  }

  private func status(_ step: Int, _ total: Int, _ updates: Int) -> ProgressStatus {
    let mean = recentScores.reduce(0, +) / Double(max(recentScores.count, 1))
    return ProgressStatus(
      environmentSteps: step, totalSteps: total, updates: updates,
      episodeReturn: recentScores.isEmpty ? nil : mean)
  }
}
