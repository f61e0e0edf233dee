import Agents
import Foundation
import ReplayBuffers
import Telemetry

/// Gathers what a run measures and writes it when it is time to.
final class RunLog {
  // Nil where nothing is left to write.
  private let metrics: JSONLines?
  private let scores: JSONLines?
  private let events: EventFile?
  private let watch: CollapseWatch
  private let freeNats: Double
  private let latents: Int
  private let progress: ProgressDisplay?
  /// What does not depend on the clock.
  struct State: Codable, Equatable {
    /// Sums since the last line.
    var sums: [String: Sum] = [:]
    /// The newest episodes, for the progress line.
    var recentScores: [Double] = []
    /// Where the last line stood.
    var lastStep = 0
    var lastUpdates = 0
    /// Updates that were left out because of numbers that were not finite.
    var skippedUpdates = 0
    /// The names of warnings that were given; each is given once.
    var warnings: [String] = []
    /// Of what was written; nil in checkpoints of before.
    var digests: RunHistory.Digests?
  }

  /// A sum of metrics, for their mean.
  struct Sum: Codable, Equatable {
    var sum = 0.0
    var count = 0
  }

  /// Bytes of the files.
  struct Sizes: Codable, Equatable {
    var metrics: Int
    var scores: Int
    var events: Int
  }

  private(set) var state: State
  /// What a terminal shows besides.
  private var newest = RunLogNews()
  private var meter = UsageMeter()
  /// Where the time went since the last line, and before it.
  private var sinceLine = TimeSplit()
  private var beforeLine = TimeSplit()

  /// - Parameters:
  ///   - folder: nil where nothing will be written.
  ///   - history: what of the files stays; nil begins them afresh.
  ///   - state: what to go on from.
  init(
    _ folder: RunFolder?, continuing history: RunHistory?, from state: State = State(),
    agent: Agent, progress: ProgressDisplay?
  ) throws {
    metrics = try folder.map { try JSONLines($0.metrics, keeping: history?.metrics) }
    scores = try folder.map { try JSONLines($0.scores, keeping: history?.scores) }
    events = try folder.map { try EventFile($0.events, keeping: history?.events) }
    watch = CollapseWatch(
      agent.configuration.policy, latent: agent.worldModel.rssm.latent,
      actionSpace: agent.actionSpace)
    (freeNats, latents) = (
      agent.configuration.dyn.rssm.freeNats, agent.worldModel.rssm.latent.count
    )
    self.progress = progress
    self.state = state
  }

  /// What a checkpoint keeps.
  var saved: State {
    var saved = state
    if let metrics, let scores, let events {
      saved.digests = .init(metrics: metrics.digest, scores: scores.digest, events: events.digest)
    }
    return saved
  }

  // MARK: gathering

  /// Takes an update into the averages of the next line.
  func add(_ result: Learner.Result) {
    add(result.metrics)
    newest.update = result.metrics
    sinceLine.add(result)
  }

  /// Counts an update that was left out.
  func addSkipped(_ problem: NonFiniteLoss, step: Int) throws {
    state.skippedUpdates += 1
    var problem = problem
    problem.isLeftOut = true
    try warn([.init(name: "skipped_update", text: problem.description)], step: step)
  }

  func addEnvironment(seconds: Double) { sinceLine.addEnvironment(seconds: seconds) }

  /// Where the time of the whole run has gone so far.
  var timeSplit: TimeSplit {
    var split = beforeLine
    split += sinceLine
    split.addElapsed(seconds: meter.seconds)
    return split
  }

  /// Takes metrics of one update or report into the averages of the next line.
  private func add(_ values: [(name: String, value: Float)]) {
    for (name, value) in values { add("train/\(name)", Double(value)) }
  }

  private func add(_ name: String, _ value: Double) {
    state.sums[name, default: Sum()].sum += value
    state.sums[name, default: Sum()].count += 1
  }

  /// Takes a report's metrics into the averages of the next line, and writes its pictures.
  func add(_ report: BatchReport, step: Int) throws {
    for (name, value) in report.metrics { add(name, value) }
    newest.report = report.metrics
    try events?.write(report.pictures, step: step)
  }

  func add(_ episode: Driver.Episode, step: Int) throws {
    var values: [String: MetricValue] = [
      "episode/score": .double(episode.score), "episode/length": .integer(episode.length),
    ]
    if let success = episode.success { values["episode/success"] = .integer(success ? 1 : 0) }
    let record = MetricRecord(step: step, values: values)
    try scores?.write(record)
    try events?.write(record)
    add("epstats/score", episode.score)
    add("epstats/length", Double(episode.length))
    add("epstats/reward_rate", episode.rewardRate)
    if let success = episode.success { add("epstats/success", success ? 1 : 0) }
    state.recentScores = state.recentScores.suffix(19) + [episode.score]
  }

  /// Writes pictures of an episode.
  func add(_ film: EpisodeFilm, step: Int) throws {
    guard let space = film.space, let picture = film.picture else { return }
    try events?.write(
      [.init("epstats/policy_\(space.name)", .image(.init(picture)))], step: step)
  }

  // MARK: writing

  /// Writes a line of averages since the last one, and warns of what they show.
  ///
  /// - Parameter rowsPerUpdate: replayed rows that an update trains on.
  func write(step: Int, replay: ReplayStatistics, updates: Int, rowsPerUpdate: Int) throws {
    let means = state.sums.mapValues { $0.sum / Double($0.count) }
    var values = means.mapValues(MetricValue.double)
    for (name, value) in replay.metrics where value.isFinite {
      values["replay/\(name)"] = .double(value)
    }
    if updates + state.skippedUpdates > 0 {
      values["train/opt/skipped"] = .integer(state.skippedUpdates)
    }
    newest.replayItems = replay.items
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
    sinceLine = TimeSplit()
    (state.lastStep, state.lastUpdates) = (step, updates)
    state.sums.removeAll(keepingCapacity: true)
    try warn(watch.warnings(means, updates: updates), step: step)
  }

  /// Writes a line of what an evaluation found.
  func write(sampled: Evaluation, mode: Evaluation, step: Int) throws {
    var values: [String: MetricValue] = [:]
    for (name, evaluation) in [("eval", sampled), ("eval_mode", mode)] {
      values["\(name)/score"] = .double(evaluation.mean)
      values["\(name)/length"] = .double(evaluation.meanLength)
      if let rate = evaluation.successRate { values["\(name)/success"] = .double(rate) }
    }
    try write(MetricRecord(step: step, values: values))
  }

  private func write(_ record: MetricRecord) throws {
    try metrics?.write(record)
    try events?.write(record)
  }

  /// Waits until the disk has all lines, for a checkpoint to rest on.
  func synchronize() throws {
    try metrics?.synchronize()
    try scores?.synchronize()
    try events?.synchronize()
  }

  /// Says and logs warnings that were not given before.
  private func warn(_ warnings: [CollapseWatch.Warning], step: Int) throws {
    for warning in warnings where !state.warnings.contains(warning.name) {
      state.warnings.append(warning.name)
      try write(MetricRecord(step: step, values: ["warning/\(warning.name)": .text(warning.text)]))
      progress?.say("warning: \(warning.text)")
    }
  }

  /// How large the files are.
  func sizes() throws -> Sizes? {
    guard let metrics, let scores, let events else { return nil }
    return Sizes(metrics: try metrics.size(), scores: try scores.size(), events: try events.size())
  }

  // MARK: showing

  /// The mean return of the newest episodes; nil before one has ended.
  var recentReturn: Double? {
    let scores = state.recentScores
    return scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count)
  }

  func show(step: Int, of total: Int, updates: Int, best: Double?) {
    progress?.update { status(step, total, updates, best) }
  }

  func finish(step: Int, of total: Int, updates: Int, best: Double?) {
    progress?.finish(status(step, total, updates, best))
  }

  private func status(_ step: Int, _ total: Int, _ updates: Int, _ best: Double?) -> ProgressStatus
  {
    var details = newest.details
    (details.bestReturn, details.memoryMegabytes) = (best, ProcessMemory.megabytes)
    (details.freeNats, details.latents) = (freeNats, latents)
    return ProgressStatus(
      environmentSteps: step, totalSteps: total, updates: updates,
      episodeReturn: recentReturn, details: details)
  }
}

/// The newest numbers of a run, for a terminal.
private struct RunLogNews {
  var update: [(name: String, value: Float)] = []
  var report: [(name: String, value: Double)] = []
  var replayItems: Int?

  var details: ProgressStatus.Details {
    var details = ProgressStatus.Details()
    details.losses = update.filter { $0.name.hasPrefix("loss/") }.map {
      .init(String($0.name.dropFirst("loss/".count)), Double($0.value))
    }
    func value(_ name: String) -> Double? {
      update.first { $0.name == name }.map { Double($0.value) }
    }
    func reported(_ name: String) -> Double? { report.last { $0.name == name }?.value }
    (details.divergence, details.freeShare) = (value("kl"), value("kl_free"))
    details.activeLatents = reported("report/latents/active").flatMap {
      Int(exactly: $0.rounded(.down))
    }
    details.perplexity = reported("report/latents/perplexity")
    details.replayItems = replayItems
    return details
  }
}
