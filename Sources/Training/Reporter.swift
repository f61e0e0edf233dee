import Agents
import Kernels
import Randomness
import ReplayBuffers
import Runs
import Telemetry
import TrainedAgents

/// Looks at batches of replay that are drawn apart from those of training: losses, and pictures of what
/// the model predicts.
final class Reporter {
  private let configuration: TrainingConfiguration
  private let pictures: ReportPictures
  private var source: BatchSource
  /// Batches looked at so far.
  private(set) var count: Int

  /// - Parameter count: batches that were looked at before.
  init(
    _ configuration: TrainingConfiguration, replay: Replay, agent: Agent, folder: RunFolder,
    count: Int = 0
  ) {
    self.count = count
    self.configuration = configuration
    pictures = ReportPictures(task: configuration.task, folder: folder)
    source = BatchSource(
      configuration, replay: replay, agent: agent, for: .report,
      length: configuration.reportLength, consec: configuration.consecReport)
  }

  /// Where it stands in the midst of windows; nil between them.
  var state: BatchSource.State? { source.state }

  func restore(_ state: BatchSource.State?) { source.restore(state) }

  /// Batches of a report.
  var batchCount: Int { configuration.agent.report ? configuration.run.reportBatches : 0 }

  /// Looks at one batch of a report; at the first one, writes pictures to the run's folder.
  func report(
    _ learner: Learner, isFirst: Bool, step: Int, key: Key, pool: WorkerPool
  ) throws -> BatchReport {
    var report = BatchReport()
    let draws = DrawSource.random(key.fold(count))
    count += 1
    let batch = try source.next()
    let diagnosis = learner.agent.diagnose(batch, draws: draws)
    report.add(learner.evaluate(batch, draws: draws, pool: pool) + diagnosis.metrics)
    guard isFirst else { return report }
    report.add(diagnosis)
    let strips = try pictures.write(
      learner.agent, batch, step: step, key: key.fold("pictures").fold(count))
    for (name, strip) in strips {
      report.pictures.append(.init("report/openloop/\(name)", .image(try .init(strip))))
    }
    return report
  }
}

/// What a report found in a batch.
struct BatchReport {
  /// Under `report/…`.
  private(set) var metrics: [(name: String, value: Double)] = []
  /// Pictures and histograms, for TensorBoard.
  var pictures: [Event.Summary] = []

  mutating func add(_ values: [(name: String, value: Float)]) {
    metrics += values.map { ("report/\($0.name)", Double($0.value)) }
  }

  /// Adds the histograms of latents.
  mutating func add(_ diagnosis: ModelDiagnosis) {
    for (name, values) in [
      ("deter", diagnosis.deter), ("class_use", diagnosis.latents.codes?.marginals ?? []),
      ("activity", diagnosis.latents.activity), ("kl", diagnosis.divergences),
    ] {
      guard let histogram = Histogram(of: values) else { continue }
      pictures.append(.init("report/latents/\(name)", .histogram(histogram)))
    }
  }
}
