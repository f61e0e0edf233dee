import Agents
import Kernels
import Randomness
import ReplayBuffers
import Runs
import TrainedAgents
import WorldModels

/// One update as training makes it: sample windows, train on them, write the fresh latents back.
package final class TrainingStep {
  let learner: Learner
  let replay: Replay
  private var source: BatchSource
  private let key: Key
  private let pool: WorkerPool
  private let isPrioritized: Bool

  /// - Parameter key: of all updates' draws.
  package init(
    _ configuration: TrainingConfiguration, learner: Learner, replay: Replay, key: Key,
    pool: WorkerPool
  ) {
    self.learner = learner
    self.replay = replay
    self.key = key
    self.pool = pool
    isPrioritized = configuration.replay.fracs.priority > 0
    source = BatchSource(
      configuration, replay: replay, agent: learner.agent, for: .train,
      length: configuration.batchLength, consec: configuration.consecTrain)
  }

  /// Rows that an update trains on.
  var rowCount: Int { source.size.sequences * source.size.length }

  /// Whether replay holds enough to begin.
  var isReady: Bool {
    replay.isReady(sequences: source.size.sequences, length: source.size.length)
  }

  /// Where it stands in the midst of windows; nil between them.
  var state: BatchSource.State? { source.state }

  func restore(_ state: BatchSource.State?) { source.restore(state) }

  /// - Throws: ``NonFiniteUpdate``; parameters and latents are then as they were before, as are
  /// priorities of rows that were trained on, and the next piece of the same windows begins from the
  /// latents that replay has.
  /// `FileError` of replay's.
  package func run() throws -> Learner.Result {
    let clock = Stopwatch()
    let batch = try source.next()
    let sampling = clock.seconds
    var result = try train(batch)
    let training = clock.seconds
    try source.update(
      replay, with: result.latents,
      priorities: isPrioritized ? learner.modelLosses(batchSize: batch.size) : nil)
    result.phases.insert(("replay", sampling + clock.seconds - training), at: 0)
    return result
  }

  private func train(_ batch: SequenceBatch) throws -> Learner.Result {
    do {
      return try learner.train(batch, draws: .random(key.fold(learner.state.updates)), pool: pool)
    } catch let problem as NonFiniteLoss {
      source.leaveOut(replay)
      throw NonFiniteUpdate(problem: problem, batch: batch)
    }
  }
}
