import Agents
import Evaluation
import ReplayBuffers
import Runs
import Telemetry

/// What an agent's training has to log, under the names of `metrics.jsonl`.
final class TrainingLog {
  let log: RunLog
  private let watch: CollapseWatch
  private let freeNats: Double
  private let latents: Int
  /// What a terminal shows besides.
  private var newest = TrainingNews()

  /// What a run does, in the order in which it does it.
  static let phases = ["environment", "replay", "world_model", "imagination", "optimizer"]

  init(_ log: RunLog, agent: Agent) {
    self.log = log
    watch = CollapseWatch(
      agent.configuration.policy, latent: agent.worldModel.rssm.latent,
      actionSpace: agent.actionSpace)
    (freeNats, latents) = (
      Double(agent.worldModel.balancing.freeNats), agent.worldModel.rssm.latent.count
    )
  }

  // MARK: gathering

  /// Takes an update into the averages of the next line.
  func add(_ result: Learner.Result) {
    for (name, value) in result.metrics { log.add("train/\(name)", Double(value)) }
    newest.update = result.metrics
    log.sinceLine.addUpdate(phases: result.phases, multiplyAdds: result.multiplyAdds)
  }

  /// Counts an update that was left out.
  func addSkipped(_ problem: NonFiniteLoss, step: Int) throws {
    var problem = problem
    problem.isLeftOut = true
    try log.addSkipped(problem.description, step: step)
  }

  func addEnvironment(seconds: Double) {
    log.sinceLine.add(Self.phases[0], seconds: seconds)
  }

  /// Takes a report's metrics into the averages of the next line, and writes its pictures.
  func add(_ report: BatchReport, step: Int) throws {
    for (name, value) in report.metrics { log.add(name, value) }
    newest.report = report.metrics
    try log.write(report.pictures, step: step)
  }

  func add(_ episode: Driver.Episode, step: Int) throws {
    var values: [String: MetricValue] = [
      "episode/score": .double(episode.score), "episode/length": .integer(episode.length),
    ]
    if let success = episode.success { values["episode/success"] = .integer(success ? 1 : 0) }
    try log.write(score: episode.score, MetricRecord(step: step, values: values))
    log.add("epstats/score", episode.score)
    log.add("epstats/length", Double(episode.length))
    log.add("epstats/reward_rate", episode.rewardRate)
    if let success = episode.success { log.add("epstats/success", success ? 1 : 0) }
  }

  /// Writes pictures of an episode.
  func add(_ film: EpisodeFilm, step: Int) throws {
    guard let space = film.space, let picture = film.picture else { return }
    try log.write([.init("epstats/policy_\(space.name)", .image(.init(picture)))], step: step)
  }

  // MARK: writing

  /// Writes a line of averages since the last one, and warns of what they show.
  ///
  /// - Parameter rowsPerUpdate: replayed rows that an update trains on.
  func writeLine(step: Int, replay: ReplayStatistics, updates: Int, rowsPerUpdate: Int) throws {
    var values: [String: MetricValue] = [:]
    for (name, value) in replay.metrics where value.isFinite {
      values["replay/\(name)"] = .double(value)
    }
    newest.replayItems = replay.items
    let means = try log.writeLine(
      step: step, updates: updates, rowsPerUpdate: rowsPerUpdate, with: values)
    try log.warn(watch.warnings(means, updates: updates), step: step)
  }

  /// Writes a line of what an evaluation found.
  func write(sampled: EvaluationResult, mode: EvaluationResult, step: Int) throws {
    var values: [String: MetricValue] = [:]
    for (name, result) in [("eval", sampled), ("eval_mode", mode)] {
      values["\(name)/score"] = .double(result.mean)
      values["\(name)/length"] = .double(result.meanLength)
      if let rate = result.successRate { values["\(name)/success"] = .double(rate) }
    }
    try log.write(MetricRecord(step: step, values: values))
  }

  // MARK: showing

  /// How far the run is.
  ///
  /// - Parameter best: the best evaluation's mean return.
  func status(step: Int, of total: Int, updates: Int, best: Double?) -> ProgressStatus {
    var details = ProgressStatus.Details()
    details.bestScore = best
    details.losses = newest.losses
    details.lines = newest.lines(freeNats: freeNats, latents: latents)
    return ProgressStatus(
      steps: step, totalSteps: total, updates: updates, score: log.recentScore, details: details)
  }
}

/// The newest numbers of a run, for a terminal.
private struct TrainingNews {
  var update: [(name: String, value: Float)] = []
  var report: [(name: String, value: Double)] = []
  var replayItems: Int?

  var losses: [ProgressStatus.Loss] {
    update.filter { $0.name.hasPrefix("loss/") }.map {
      .init(String($0.name.dropFirst("loss/".count)), Double($0.value))
    }
  }

  func lines(freeNats: Double, latents: Int) -> [ProgressStatus.Line] {
    [divergence(freeNats), use(of: latents), memory].compactMap { $0 }
  }

  private func value(_ name: String) -> Double? {
    update.first { $0.name == name }.map { Double($0.value) }
  }

  private func reported(_ name: String) -> Double? { report.last { $0.name == name }?.value }

  /// The mean divergence of the posterior from the prior, and the share of rows below the free nats.
  private func divergence(_ freeNats: Double) -> ProgressStatus.Line? {
    guard let divergence = value("kl") else { return nil }
    var text = "\(divergence.fixed(2)) nats, \(freeNats.fixed(2)) free"
    if let share = value("kl_free"), share.isFinite {
      text += ", \(Int((100 * share).rounded())) % of rows below"
    }
    return .init("KL", text)
  }

  /// Latents that depend on what is seen, and the mean perplexity of their codes.
  private func use(of latents: Int) -> ProgressStatus.Line? {
    guard
      let active = reported("report/latents/active").flatMap({ Int(exactly: $0.rounded(.down)) })
    else { return nil }
    let perplexity = reported("report/latents/perplexity")
      .map { ", perplexity \($0.fixed(2))" }
    return .init("latents", "\(active) of \(latents) active\(perplexity ?? "")")
  }

  private var memory: ProgressStatus.Line {
    let replay = replayItems.map { ", \($0) windows of replay" } ?? ""
    return .init("memory", "\(Int(ProcessMemory.megabytes.rounded())) MB\(replay)")
  }
}
