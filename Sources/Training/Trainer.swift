import Agents
import EnvironmentInterface
import Files
import Foundation
import Kernels
import Randomness
import ReplayBuffers
import Telemetry

/// One run: environments, replay, learner, and the folder that all is written to.
public final class Trainer {
  /// How a run ended.
  public enum Outcome: Sendable, Equatable {
    case finished
    /// Stopped at somebody's wish, everything saved.
    case interrupted
  }

  public let configuration: TrainingConfiguration
  public let learner: Learner
  /// What a user should know before the run begins.
  public let notes: [String]
  /// Records of all environments so far, those of resets included.
  public private(set) var step = 0
  private let folder: RunFolder
  private let pool: WorkerPool
  private let replay: Replay
  private let driver: Driver
  private let stream: ReplayStream
  private var ratio: TrainRatio
  private var batch: ReplayBatch
  private var batches: BatchMaker
  private let key: Key
  private let log: RunLog
  private let reporter: Reporter
  private var isFinished: Bool { step >= configuration.run.steps }

  /// Prepares a run; with `resuming`, continues from its newest checkpoint if there is one.
  ///
  /// - Throws: errors of configuration, environment and files, before anything is overwritten.
  public init(
    _ configuration: TrainingConfiguration, in folder: RunFolder, resuming: Bool = false,
    progress: ProgressLine? = nil
  ) throws {
    self.configuration = configuration
    self.folder = folder
    key = Key(seed: UInt64(bitPattern: Int64(configuration.seed)))
    pool = WorkerPool(threads: configuration.run.threads)
    let worlds = try (0..<configuration.run.envs).map { _ in
      try EnvironmentRegistry.make(configuration.task, configuration.env)
    }
    let agent = try Agent(
      configuration.agent, spaces: worlds[0].observationSpaces,
      actionSpace: worlds[0].actionSpace, key: key.fold("parameters"))
    notes = agent.worldModel.notes(
      encoderStages: configuration.agent.enc.simple.mults.count,
      decoderStages: configuration.agent.dec.simple.mults.count)
    learner = Learner(agent: agent, shards: configuration.run.shards)
    let layout = ReplayLayout(agent)
    let context = configuration.replayContext
    replay = try Replay(
      configuration.replay, layout: layout, streamCount: worlds.count,
      windowLength: configuration.windowLength, key: key.fold("replay"))
    driver = Driver(worlds, agent: agent, layout: layout, key: key.fold("driver"))
    stream = ReplayStream(
      from: replay, for: .train, trainLength: configuration.batchLength,
      consec: configuration.consecTrain, context: context)
    ratio = TrainRatio(
      trainRatio: configuration.run.trainRatio, sequences: configuration.batchSize,
      length: configuration.batchLength)
    batch = ReplayBatch(
      layout: layout, sequences: configuration.batchSize,
      length: configuration.batchLength + context)
    batches = BatchMaker(agent, context: context)
    reporter = Reporter(configuration, replay: replay, agent: agent, folder: folder)
    let resumed = try Self.prepare(folder, configuration, resuming: resuming, learner: learner)
    step = resumed ?? 0
    log = try RunLog(folder, resumedAt: resumed, progress: progress)
  }

  /// Makes the folder, or restores the learner from it.
  ///
  /// - Returns: the step of the checkpoint that the run continues from, if any.
  private static func prepare(
    _ folder: RunFolder, _ configuration: TrainingConfiguration, resuming: Bool, learner: Learner
  ) throws -> Int? {
    let checkpoint = resuming ? folder.completeCheckpoints().last : nil
    let saved = try checkpoint?.restore(learner)
    try folder.create(resuming: resuming)
    try AtomicFile.write(Data(configuration.yaml().utf8), to: folder.configuration)
    return saved?.step
  }

  // MARK: the loop

  /// Runs to the end, or until somebody wants it to stop.
  ///
  /// - Parameter shouldStop: is asked after each step of the environments.
  public func run(shouldStop: () -> Bool = { false }) throws -> Outcome {
    if step == 0 { try save() }
    while !isFinished && !shouldStop() {
      try driver.step { index, row, episode in
        replay.append(row, stream: index)
        step += 1
        if let episode { try log.add(episode, step: step) }
        try learnWhatIsDue()
        try keepSchedules()
      }
      log.show(step: step, of: configuration.run.steps, updates: learner.state.updates)
    }
    try save()
    log.finish(step: step, of: configuration.run.steps, updates: learner.state.updates)
    return isFinished ? .finished : .interrupted
  }

  private func learnWhatIsDue() throws {
    guard replay.isReady(sequences: batch.sequences, length: configuration.batchLength) else {
      return
    }
    for _ in 0..<ratio.updates(at: step) { try learn() }
  }

  /// One update from one replayed batch, and the fresh latents back into replay.
  private func learn() throws {
    let result = try trainStep()
    log.add(result.metrics)
  }

  /// Samples, trains, writes back: what `dreamer bench` times.
  func trainStep() throws -> Learner.Result {
    stream.next(into: &batch)
    let draws = DrawSource.random(key.fold("learner").fold(learner.state.updates))
    let result = try learner.train(batches.makeBatch(batch), draws: draws, pool: pool)
    batches.remember(result.latents, of: batch)
    replay.update(
      batch, context: configuration.replayContext, deter: result.latents.deter,
      stoch: batches.classNumbers(result.latents.stoch))
    return result
  }

  private func keepSchedules() throws {
    let run = configuration.run
    if isDue(run.logEvery) {
      try log.write(
        step: step, replay: replay.takeStatistics(), updates: learner.state.updates,
        rowsPerUpdate: batch.sequences * configuration.batchLength)
    }
    if isDue(run.reportEvery),
      replay.isReady(sequences: batch.sequences, length: configuration.batchLength)
    {
      log.add(try reporter.report(learner, step: step, key: key.fold("report"), pool: pool))
    }
    if isDue(run.saveEvery) { try save() }
  }

  private func isDue(_ interval: Int) -> Bool { interval > 0 && step % interval == 0 }

  private func save() throws {
    try folder.writeCheckpoint(step: step) {
      try $0.write(learner, step: step, isFinished: isFinished)
    }
  }
}

extension TrainingConfiguration {
  /// Rows of a window of replay: enough for all pieces of a training or a report batch.
  public var windowLength: Int {
    max(consecTrain * batchLength, consecReport * reportLength) + replayContext
  }
}

extension ReplayLayout {
  /// What an agent's experience is made of.
  public init(_ agent: Agent) {
    let rssm = agent.worldModel.rssm.configuration
    self.init(
      observationSpaces: agent.spaces, actionSpace: agent.actionSpace, deter: rssm.deter,
      latents: rssm.stoch, classes: rssm.classes)
  }
}
