import Autoencoders
import Configuration
import Files
import Foundation
import FrameSources
import Kernels
import NeuralNetworks
import Randomness
import Runs
import Telemetry

/// One run of a model of single frames, and the folder that all is written to.
package final class AutoencoderTrainer {
  /// How a run ended.
  package enum Outcome: Sendable, Equatable {
    case finished
    /// Stopped at somebody's wish, everything saved.
    case interrupted
  }

  package let configuration: FrameTrainingConfiguration
  package let data: FrameData
  package var model: Autoencoder { learner.model }
  /// What a user should know before the run begins.
  package private(set) var notes: [String] = []
  /// Whether there was nothing left to do: then nothing is touched.
  package let hadFinished: Bool
  /// Updates so far, those that were left out among them.
  package private(set) var step: Int
  private let folder: RunFolder
  private let lock: RunLock
  private let pool: WorkerPool
  private let key: Key
  private let learner: AutoencoderLearner
  private var batches: FrameBatches
  private let log: RunLog
  private let facts: FrameFacts
  private var newest: AutoencoderUpdate?
  private var tally: LatentTally

  /// Prepares a run; with `resuming`, continues from its newest checkpoint if there is one.
  ///
  /// - Throws: errors of configuration, frames and files, before anything is overwritten.
  package init(
    _ configuration: FrameTrainingConfiguration, in folder: RunFolder, resuming: Bool = false,
    startingFrom weights: URL? = nil, progress: ProgressDisplay? = nil
  ) throws {
    try configuration.validate()
    (self.configuration, self.folder) = (configuration, folder)
    key = Key(seed: UInt64(configuration.seed))
    data = try FrameData(
      configuration.data, task: configuration.task, env: configuration.env,
      seed: configuration.seed)
    facts = FrameFacts(data)
    learner = AutoencoderLearner(
      try facts.makeModel(configuration), optimizer: configuration.opt,
      shards: configuration.run.shards)
    batches = try FrameBatches(data, configuration, key: key)
    pool = WorkerPool(threads: configuration.run.threads)
    lock = try folder.lock()
    let opened = try Self.open(folder, resuming, configuration)
    let saved = try opened.map { [learner, facts] in try Self.restore($0, learner, facts) }
    if opened == nil { notes += try Self.begin(learner.model, from: weights) }
    step = opened?.state.step ?? 0
    tally = saved?.tally ?? LatentTally(learner.model)
    hadFinished = opened != nil && step >= configuration.run.steps
    let history = try opened.map {
      try RunHistory(of: folder, through: $0.state.step, saved?.log)
    }
    if !hadFinished {
      try folder.create(resuming: resuming)
      try AtomicFile.write(Data(configuration.yaml().utf8), to: folder.configuration)
    }
    log = try RunLog(
      hadFinished ? nil : folder, continuing: history, from: saved?.log ?? .init(),
      phases: ["frames", "update"], progress: progress)
  }

  /// The checkpoint to go on from; nil where there is none.
  private static func open(
    _ folder: RunFolder, _ resuming: Bool, _ configuration: FrameTrainingConfiguration
  ) throws -> OpenFrameCheckpoint? {
    guard resuming, let checkpoint = try folder.checkpointToContinue() else { return nil }
    let opened = try OpenFrameCheckpoint(checkpoint, in: folder)
    let free = [
      "run.steps", "run.log_every", "run.eval_every", "run.save_every", "run.keep",
      "run.threads", "run.on_nonfinite", "run.eval_frames",
    ]
    for difference in configuration.differences(from: opened.configuration)
    where !free.contains(difference.key) {
      throw ConfigurationError(
        keyPath: difference.key, value: difference.value,
        reason: "the run in \(folder.url.relativePath) was begun with \(difference.defaultValue) "
          + "and goes on with it; leave it out, or begin another run with --from")
    }
    // Who asks for no other number of steps has made all of them.
    let steps = configuration.run.steps
    if steps < opened.state.step, steps != opened.configuration.run.steps {
      throw ConfigurationError(
        keyPath: "run.steps", value: "\(steps)",
        reason: "the run in \(folder.url.relativePath) has made \(opened.state.step) steps "
          + "already; --steps must be more")
    }
    return opened
  }

  private static func restore(
    _ opened: OpenFrameCheckpoint, _ learner: AutoencoderLearner, _ facts: FrameFacts
  ) throws -> OpenFrameCheckpoint.Rest {
    let (checkpoint, state) = (opened.checkpoint, opened.state)
    guard opened.facts == facts else {
      throw RunFileError(
        file: checkpoint.state.path,
        problem: "it is of frames \(opened.facts.shape), and the data has \(facts.shape)",
        remedy: "put the frames back that the run was begun with")
    }
    let parameters = try checkpoint.readTensors(checkpoint.parameters, of: state)
    let averages = try checkpoint.readTensors(checkpoint.optimizer, of: state)
    let rest = try opened.readRest(learner.model)
    try checkpoint.load(
      learner.model.parameters.tensors, from: parameters, file: checkpoint.parameters)
    try checkpoint.load(learner.optimizer.state, from: averages, file: checkpoint.optimizer)
    learner.updates = rest.updates
    return rest
  }

  /// Copies what fits of another model's parameters.
  ///
  /// - Returns: what a user should know of it.
  private static func begin(_ model: Autoencoder, from url: URL?) throws -> [String] {
    guard let url else { return [] }
    let tensors = try SafeTensors.ofModel(at: url)
    var fitting = 0
    for (name, shape, values) in model.parameters.tensors {
      guard let entry = tensors[name], entry.shape == shape, let floats = entry.floats else {
        continue
      }
      values.copy(from: floats)
      fitting += 1
    }
    let count = model.parameters.entries.count
    guard fitting > 0 else {
      throw FileError(
        .malformed, path: url.path, what: "has no tensor that fits",
        remedy: "give a checkpoint of a model of the same vae.* and frames")
    }
    return ["\(fitting) of \(count) tensors begin as in \(url.relativePath)"]
  }

  // MARK: the loop

  /// Runs to the end, or until somebody wants it to stop.
  package func run(interruptedBy isInterrupted: () -> Bool = { false }) throws -> Outcome {
    if hadFinished { return .finished }
    do {
      // Before the first line: logs without a checkpoint are no run to go on with.
      if step == 0 { try save() }
      while step < configuration.run.steps, !isInterrupted() {
        try update()
        try keepSchedules()
        log.show { status }
      }
      try save()
    } catch let error as FileError {
      // Where the folder is gone, that is what is wrong with all files in it.
      try lock.check()
      throw error
    }
    log.finish(status)
    return step >= configuration.run.steps ? .finished : .interrupted
  }

  private func update() throws {
    let clock = Stopwatch()
    let batch = try batches.batch(step)
    log.sinceLine.add("frames", seconds: clock.seconds)
    let ofUpdate = Stopwatch()
    let update = learner.train(batch, key: key.fold("update").fold(step), pool: pool)
    step += 1
    if let bad = update.nonFinite { return try handle(bad, batch) }
    newest = update
    tally.add(update)
    for (name, value) in update.metrics { log.add("train/\(name)", value) }
    log.sinceLine.addUpdate(
      phases: [("update", ofUpdate.seconds)], multiplyAdds: update.multiplyAdds)
  }

  /// Ends the run or leaves the update out, as `run.on_nonfinite` says.
  private func handle(_ bad: (name: String, value: Float), _ batch: FrameBatch) throws {
    let problem = try NonFiniteFrames(
      bad.name, batch, facts.shape, update: step - 1, skipped: log.state.skippedUpdates
    ).report(in: folder)
    guard configuration.run.onNonfinite == "skip" else { throw problem }
    try log.addSkipped("\(problem.description); the update is left out", step: step)
  }

  private func keepSchedules() throws {
    func isDue(_ interval: Int) -> Bool { interval > 0 && step % interval == 0 }
    let run = configuration.run
    if isDue(run.evalEvery) { try look() }
    if isDue(run.logEvery) {
      try lock.check()
      _ = try log.writeLine(
        step: step, updates: learner.updates, rowsPerUpdate: configuration.batchSize,
        with: tally.metrics)
      try log.warn(CollapseSigns.warnings(tally, updates: learner.updates), step: step)
      tally = LatentTally(model)
    }
    if isDue(run.saveEvery), step < run.steps { try save() }
  }

  /// Looks at the validation part: its bound, and pictures.
  private func look() throws {
    let frames = LookedAt(data.validation, of: data, for: model)
    let count = min(frames.count, configuration.run.evalFrames)
    let result = try FrameEvaluation(model, pool: pool)
      .bound(frames, count: count, samples: 1, key: key.fold("look"))
    let values: [String: MetricValue] = [
      "eval/elbo": .double(result.elbo), "eval/rate": .double(result.rate),
      "eval/distortion": .double(result.distortion),
    ]
    try log.write(score: result.elbo, MetricRecord(step: step, values: values))
    let pictures = try FrameSheets(model, pool: pool).look(frames, key: key.fold("look"))
    try log.write(
      pictures.map { try .init("eval/\($0.name)", .image(.init($0.picture))) }, step: step)
  }

  /// Where the time has gone so far.
  package var timeSplit: TimeSplit { log.timeSplit }

  private var status: ProgressStatus {
    var status = ProgressStatus(
      steps: step, totalSteps: configuration.run.steps, updates: learner.updates,
      score: log.recentScore, scoreName: "elbo")
    status.imagesPerUpdate = configuration.batchSize
    for (name, value) in newest?.losses.metrics ?? [] {
      status.details.losses.append(
        .init(name.replacing("loss/", with: ""), Double(value)))
    }
    return status
  }

  private func save() throws {
    try lock.check()
    var parts = CheckpointParts()
    let (learner, configuration) = (learner, configuration)
    parts.addFile("parameters.safetensors") {
      try SafeTensors(learner.model.parameters.tensors).write(to: $0)
    }
    parts.addFile("optimizer.safetensors") {
      try SafeTensors(learner.optimizer.state).write(to: $0)
    }
    parts.addFile("config.yaml") { try AtomicFile.write(Data(configuration.yaml().utf8), to: $0) }
    parts.addMember("frames", facts)
    parts.addMember("updates", learner.updates)
    parts.addMember("log", log.saved)
    parts.addMember("latents", tally)
    try folder.writeCheckpoint(
      step: step,
      keeping: CheckpointRetention(newest: configuration.run.keep, others: [], every: 0)
    ) {
      try log.synchronize()
      try parts.write(to: $0, isFinished: step >= configuration.run.steps)
    }
  }
}
