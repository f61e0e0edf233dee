import Agents
import Kernels
import Randomness
import ReplayBuffers

/// One update as training makes it: sample windows, train on them, write the fresh latents back.
final class TrainingStep {
  let learner: Learner
  let replay: Replay
  private let stream: ReplayStream
  private var batch: ReplayBatch
  private var batches: BatchMaker
  private let context: Int
  private let key: Key
  private let pool: WorkerPool

  /// - Parameter key: of all updates' draws.
  init(
    _ configuration: TrainingConfiguration, learner: Learner, replay: Replay, key: Key,
    pool: WorkerPool
  ) {
    self.learner = learner
    self.replay = replay
    self.key = key
    self.pool = pool
    context = configuration.replayContext
    stream = ReplayStream(
      from: replay, for: .train, trainLength: configuration.batchLength,
      consec: configuration.consecTrain, context: context)
    batch = ReplayBatch(
      layout: replay.layout, sequences: configuration.batchSize,
      length: configuration.batchLength + context)
    batches = BatchMaker(learner.agent, context: context)
  }

  /// Rows that an update trains on.
  var rowCount: Int { batch.sequences * (batch.length - context) }

  /// Whether replay holds enough to begin.
  var isReady: Bool {
    replay.isReady(sequences: batch.sequences, length: batch.length - context)
  }

  /// - Throws: `NonFiniteLoss`; parameters are then as they were before.
  func run() throws -> Learner.Result {
    let clock = Stopwatch()
    stream.next(into: &batch)
    let sequences = batches.makeBatch(batch)
    let sampling = clock.seconds
    var result = try learner.train(
      sequences, draws: .random(key.fold(learner.state.updates)), pool: pool)
    let training = clock.seconds
    batches.remember(result.latents, of: batch)
    replay.update(
      batch, context: context, deter: result.latents.deter,
      stoch: batches.classNumbers(result.latents.stoch))
    result.phases.insert(("replay", sampling + clock.seconds - training), at: 0)
    return result
  }
}
