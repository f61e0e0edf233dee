import Autodiff
import Configuration
import EnvironmentInterface
import Files
import Foundation
import Inspection
import Kernels
import Learning
import NeuralNetworks
import Randomness
import Runs
import Telemetry
import Worlds

/// What this trainer can be told: a root of its own, with groups of others in it.
struct FrameConfiguration: ConfigurationRoot {
  var seed = 0
  var task = "pendulum/classic"
  var steps = 200
  var batchSize = 8
  var logEvery = 20
  var saveEvery = 50
  var env = EnvironmentConfigurations()
  var opt = OptimizerConfiguration()

  static let ranges: [ConfigurationRange] = .all(
    .each("seed", are: .atLeast(0)), .each("steps", "log_every", "save_every", are: .atLeast(1)),
    .each("batch_size", are: .atLeast(2)), EnvironmentConfigurations.ranges.under("env"))

  static let presets = [
    ConfigurationPreset(name: "small", yaml: "env: {wrap: {size: 8, gray: true}}")
  ]
}

/// Trains a model of single frames, which is no agent: one linear layer that draws a frame again.
final class FrameTrainer {
  private static let error = LossTerm("frame", weight: 1, kind: .init("reconstruction"))

  private let configuration: FrameConfiguration
  private let folder: RunFolder
  private let lock: RunLock
  private let frames: [[Float]]
  private let layer: Linear
  private let store: ParameterStore
  private let optimizer: Optimizer
  private let shards: Shards<Tensor>
  private let log: RunLog
  private(set) var step = 0

  init(
    _ configuration: FrameConfiguration, in folder: RunFolder, resuming: Bool = false,
    progress: ProgressDisplay? = nil
  ) throws {
    (self.configuration, self.folder) = (configuration, folder)
    lock = try folder.lock()
    frames = try Self.frames(configuration)
    (layer, store) = FrameModel.make(width: frames[0].count, seed: configuration.seed)
    optimizer = Optimizer(configuration.opt, store: store)
    shards = Shards(count: 2, of: store)
    var (kept, history): (RunLog.State?, RunHistory?)
    if resuming, let checkpoint = try folder.checkpointToContinue() {
      let state = try checkpoint.readState()
      let parameters = try checkpoint.readTensors(checkpoint.parameters, of: state)
      let averages = try checkpoint.readTensors(checkpoint.optimizer, of: state)
      try checkpoint.load(store.tensors, from: parameters, file: checkpoint.parameters)
      try checkpoint.load(optimizer.state, from: averages, file: checkpoint.optimizer)
      kept = try state.member("log", as: RunLog.State.self)
      history = try RunHistory(of: folder, through: state.step, kept)
      step = state.step
    }
    try folder.create(resuming: resuming)
    try AtomicFile.write(Data(configuration.yaml().utf8), to: folder.configuration)
    log = try RunLog(
      folder, continuing: history, from: kept ?? .init(), phases: ["update"], progress: progress)
  }

  /// Grey frames of an episode of random actions, numbers from 0 to 1.
  private static func frames(_ configuration: FrameConfiguration) throws -> [[Float]] {
    let world = try EnvironmentRegistry.make(configuration.task, configuration.env)
    let key = Key(seed: UInt64(configuration.seed))
    var generator = Generator(key: key.fold("actions"))
    let episode = try EpisodeRecord(playing: world, key: key) { _, row in
      row < 60 ? world.actionSpace.sample(using: &generator) : nil
    }
    return episode.steps.indices.map { row in episode.image(0, row: row).map { Float($0) / 255 } }
  }

  /// - Parameter shouldStop: is asked before each update.
  func run(until shouldStop: () -> Bool = { false }) throws {
    let pool = WorkerPool(threads: 1)
    // Before the first line: logs without a checkpoint are no run to go on with.
    if step == 0 { try save() }
    while step < configuration.steps, !shouldStop() {
      try update(pool)
      if step % configuration.logEvery == 0 {
        _ = try log.writeLine(
          step: step, updates: step, rowsPerUpdate: configuration.batchSize, with: [:])
      }
      if step % configuration.saveEvery == 0 { try save() }
      log.show { status }
    }
    try save()
    log.finish(status)
  }

  private func update(_ pool: WorkerPool) throws {
    let (clock, batch) = (Stopwatch(), batch())
    let (layer, count, width) = (layer, shards.count, frames[0].count)
    shards.run(pool) { shard, index in
      shard.begin()
      let part = Shards<Tensor>.part(index, of: count, batch.count)
      let frame = shard.tape.constant(
        batch[part].flatMap { $0 }, rows: part.count, columns: width)
      let error = shard.tape.squaredError(layer(frame, shard.tape), target: frame.values)
      error.gradient.fill(Self.error.weight / Float(batch.count))
      shard.record(Self.error, rows: error.values.array)
      shard.tape.backward()
    }
    let losses = shards.lossMeans
    let update = optimizer.update(step + 1, gradients: shards.sumGradients(pool), pool: pool)
    if let bad = losses.firstNonFinite(total: "loss")?.name ?? update.badTensor {
      throw RunFileError(
        file: folder.url.path, problem: "\(bad) is no number", remedy: "lower opt.lr")
    }
    step += 1
    for (name, value) in losses.metrics { log.add("train/\(name)", Double(value)) }
    if step % 10 == 0 {
      let values: [String: MetricValue] = ["score": .double(-losses.total)]
      try log.write(score: -losses.total, MetricRecord(step: step, values: values))
    }
    log.sinceLine.addUpdate(
      phases: [("update", clock.seconds)], multiplyAdds: shards.multiplyAdds)
  }

  /// Frames that are a function of the step alone, so that nothing of it has to be saved.
  private func batch() -> [[Float]] {
    var generator = Generator(
      key: Key(seed: UInt64(configuration.seed)).fold("batch").fold(step))
    return (0..<configuration.batchSize).map { _ in frames[generator.integer(below: frames.count)] }
  }

  private func save() throws {
    try lock.check()
    var parts = CheckpointParts()
    let (store, optimizer, configuration) = (store, optimizer, configuration)
    parts.addFile("parameters.safetensors") { try SafeTensors(store.tensors).write(to: $0) }
    parts.addFile("optimizer.safetensors") { try SafeTensors(optimizer.state).write(to: $0) }
    parts.addFile("config.yaml") { try AtomicFile.write(Data(configuration.yaml().utf8), to: $0) }
    parts.addMember("log", log.saved)
    try folder.writeCheckpoint(step: step) {
      try log.synchronize()
      try parts.write(to: $0, isFinished: step == configuration.steps)
    }
  }

  private var status: ProgressStatus {
    ProgressStatus(
      steps: step, totalSteps: configuration.steps, updates: step, score: log.recentScore,
      scoreName: "score")
  }
}

enum FrameModel {
  static func make(width: Int, seed: Int) -> (Linear, ParameterStore) {
    var builder = ParameterBuilder()
    let layer = Linear(from: width, to: width, .zeros, named: "draw", in: &builder)
    return (layer, ParameterStore(builder, key: Key(seed: UInt64(seed)).fold("parameters")))
  }
}

/// What `inspect` asks of such runs.
struct FrameSubject: InspectionSubject {
  static let owner = "a model"
  private var store: ParameterStore?
  private var optimizer: Optimizer?

  mutating func take(configuration file: URL, _ inspection: inout InspectionResult) {
    guard let configuration = inspection.attempt({ try FrameConfiguration(contentsOf: file) }),
      let world = inspection.attempt({
        try EnvironmentRegistry.make(configuration.task, configuration.env)
      })
    else { return }
    inspection.note(configuration)
    inspection.totalSteps = configuration.steps
    let store = FrameModel.make(width: world.observationSpaces[0].count, seed: 0).1
    (self.store, optimizer) = (store, Optimizer(configuration.opt, store: store))
  }

  var parameters: WantedTensors? {
    store.map { WantedTensors($0.tensors.map { ($0.name, $0.shape) }) }
  }
  var averages: WantedTensors? {
    optimizer.map { WantedTensors($0.state.map { ($0.name, $0.shape) }) }
  }

  func open(_ checkpoint: Checkpoint, in run: RunFolder?) throws -> InspectedCheckpoint {
    let state = try checkpoint.readState()
    return InspectedCheckpoint(state: state, updates: state.step)
  }
}
