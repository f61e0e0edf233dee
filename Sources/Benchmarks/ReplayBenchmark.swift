import EnvironmentInterface
import Foundation
import LatentModels
import Randomness
import ReplayBuffers
import Runs
import Telemetry
import TrainedAgents
import Worlds

/// Measures the memory of experience with a random policy: `dreamer bench --replay`.
///
/// Environments are stepped with random actions and random latents, which nothing can pack. After every
/// `stepsPerBatch` steps a training batch is sampled and its latents are written back; after every
/// `stepsPerCheckpoint` a checkpoint is written. The distribution of each of these is what training
/// would wait.
package struct ReplayBenchmark {
  private let configuration: TrainingConfiguration
  private let task: String
  private let steps: Int

  /// Steps of all environments between batches: what `run.train_ratio` 4 asks for with batches of
  /// 16 × 64 rows.
  static let stepsPerBatch = 256
  static let stepsPerCheckpoint = 100_000

  package init(_ configuration: TrainingConfiguration, task: String, steps: Int) {
    self.configuration = configuration
    self.task = task
    self.steps = steps
  }

  /// - Parameters:
  ///   - folder: exists; is left with what was written.
  ///   - isStopped: is asked before each step.
  /// - Returns: nil where it was stopped.
  /// - Throws: errors of the environment and of files.
  package func run(
    in folder: URL, until isStopped: () -> Bool = { false }
  ) throws -> ReplayBenchmarkReport? {
    var report = ReplayBenchmarkReport(task: task)
    let worlds = try (0..<configuration.run.envs).map { _ in
      try EnvironmentRegistry.make(task, configuration.env)
    }
    let rssm = configuration.agent.dyn.rssm
    let layout = try ReplayLayout(world: worlds[0], rssm)
    let replay = try Replay(
      configuration.replay, layout: layout, streamCount: worlds.count,
      windowLength: configuration.windowLength, key: Key(seed: 0), in: folder)
    try replay.begin()
    var players = worlds.enumerated().map { RandomPlayer($1, layout: layout, number: $0) }
    var trainer = MadeUpTraining(
      configuration, layout: layout, latent: try LatentFamilies.make(rssm))
    let clock = Stopwatch()
    for step in 1...steps {
      if isStopped() { return nil }
      let player = step % players.count
      try players[player].advance(trainer.latents(step))
      let row = players[player].row
      try report.appending.measure { try replay.append(row, stream: player) }
      if step % Self.stepsPerBatch == 0, replay.windowCount > 1024 {
        try trainer.train(on: replay, step, &report)
      }
      if step % Self.stepsPerCheckpoint == 0 || step == steps {
        try report.saving.measure {
          try replay.save(to: folder.deletingLastPathComponent().appendingPathComponent("index"))
        }
        replay.commit()
      }
    }
    report.seconds = clock.seconds
    report.steps = steps
    report.peakMemoryMegabytes = ProcessMemory.peakMegabytes
    report.bound = try configuration.replay.memoryBytes()
    report.recordBytes = layout.recordBytesPerRow
    report.latentBytes = layout.latentBytesPerRow
    report.files = try replay.measureFiles()
    report.packing = try replay.comparePacking(most: 64)
    return report
  }
}

/// An environment that is played at random.
private struct RandomPlayer {
  private var world: any Environment
  private(set) var row: ReplayRow
  private let key: Key
  private var generator: Generator
  private var episode = 0
  private var action: Action?

  init(_ world: any Environment, layout: ReplayLayout, number: Int) {
    self.world = world
    row = ReplayRow(observation: world.makeObservation(), layout: layout)
    key = Key(seed: 1).fold(number)
    generator = Generator(key: key.fold("actions"))
  }

  /// Steps, or begins an episode, and decides.
  mutating func advance(_ latents: (deter: [Float], stoch: [UInt8])) throws {
    let step: Step
    if let action {
      step = try world.step(action, into: &row.observation)
    } else {
      episode += 1
      step = try world.reset(key: key.fold(episode), into: &row.observation)
    }
    row.reward = Float(step.reward)
    (row.isFirst, row.isLast, row.isTerminal) = (step.isFirst, step.isLast, step.isTerminal)
    (row.deter, row.stoch) = latents
    let next = world.actionSpace.sample(using: &generator)
    action = step.isLast ? nil : next
    row.action = world.actionSpace.stored(next)
  }
}

/// What training does to replay, without the training.
private struct MadeUpTraining {
  private let rows: Int
  private let layout: ReplayLayout
  private let context: Int
  private var batch: ReplayBatch
  /// Latents that nothing can pack, twice as many as a batch has.
  private var deter: [Float]
  private var stoch: [UInt8]

  init(
    _ configuration: TrainingConfiguration, layout: ReplayLayout, latent: any LatentFamily
  ) {
    self.layout = layout
    context = configuration.replayContext
    rows = configuration.batchSize * configuration.batchLength
    batch = ReplayBatch(
      layout: layout, sequences: configuration.batchSize,
      length: configuration.batchLength + context)
    var generator = Generator(key: Key(seed: 2))
    deter = (0..<2 * rows * layout.deter).map { _ in Float(generator.uniform(-1, 1)) }
    stoch = latent.store(latent.arbitrarySamples(rows: 2 * rows, key: Key(seed: 2).fold("stoch")))
  }

  func latents(_ step: Int) -> (deter: [Float], stoch: [UInt8]) {
    let row = step % rows
    return (
      Array(deter[(row * layout.deter)..<((row + 1) * layout.deter)]),
      Array(stoch[(row * layout.stochBytes)..<((row + 1) * layout.stochBytes)])
    )
  }

  mutating func train(
    on replay: Replay, _ step: Int, _ report: inout ReplayBenchmarkReport
  ) throws {
    try report.sampling.measure { try replay.sample(for: .train, into: &batch) }
    let first = step % rows
    let deter = Array(deter[(first * layout.deter)..<((first + rows) * layout.deter)])
    let stoch = Array(stoch[(first * layout.stochBytes)..<((first + rows) * layout.stochBytes)])
    try report.updating.measure {
      try replay.update(batch, context: context, deter: deter, stoch: stoch)
    }
  }
}
