import Agents
import EnvironmentInterface
import Files
import Kernels
import Randomness
import ReplayBuffers
import Runs
import Telemetry
import TrainedAgents
import Worlds

/// What a run is made of before anything is read of what it was: worlds, agent, replay, and what belongs
/// to these.
struct RunStart {
  /// With the id of a world of one's own as its task.
  let configuration: TrainingConfiguration
  let source: EnvironmentSource
  let worlds: [any Environment]
  let key: Key
  let pool: WorkerPool
  let agentNeed: AgentNeed
  let learner: Learner
  let replay: Replay
  let driver: Driver
  let trainingStep: TrainingStep
  /// What a user should know of the agent.
  let notes: [String]

  /// - Parameters: as for the trainer.
  /// - Throws: errors of configuration, environment and weights, and where the agent needs too much memory.
  init(
    _ configuration: TrainingConfiguration, in folder: RunFolder, resuming: Bool,
    startingFrom weights: StartingWeights?,
    makeEnvironment: (@Sendable () throws -> any Environment)?
  ) throws {
    try configuration.validate()
    let source = EnvironmentSource(
      task: configuration.task, configuration.env, own: makeEnvironment)
    worlds = try (0..<configuration.run.envs).map { _ in
      configuration.env.wrap.record(try source.make(), in: folder.url)
    }
    self.source = source
    var configuration = configuration
    if makeEnvironment != nil { configuration.task = worlds[0].id }
    self.configuration = configuration
    key = Key(seed: UInt64(bitPattern: Int64(configuration.seed)))
    let (spaces, actionSpace) = (worlds[0].observationSpaces, worlds[0].actionSpace)
    agentNeed = try AgentNeed(configuration, spaces: spaces, actionSpace: actionSpace)
    try agentNeed.check()
    pool = WorkerPool(threads: configuration.run.threads)
    let agent = try Agent(
      configuration.agent, spaces: spaces, actionSpace: actionSpace, key: key.fold("parameters"))
    notes = try Self.notes(
      on: agent, configuration, weights, hasWeights: weights != nil || resuming)
    learner = Learner(agent: agent, shards: configuration.run.shards)
    replay = try Replay(configuration, agent, key: key.fold("replay"), in: folder)
    driver = Driver(
      worlds, agent: agent, layout: replay.layout, key: key.fold("driver"), pool: pool)
    trainingStep = TrainingStep(
      configuration, learner: learner, replay: replay, key: key.fold("learner"), pool: pool)
  }

  /// Gives an agent its first weights, and says what there is to say of it.
  private static func notes(
    on agent: Agent, _ configuration: TrainingConfiguration, _ weights: StartingWeights?,
    hasWeights: Bool
  ) throws -> [String] {
    try (weights?.apply(to: agent) ?? [])
      + agent.worldModel.notes(
        encoderStages: configuration.agent.enc.simple.mults.count,
        decoderStages: configuration.agent.dec.simple.mults.count)
      + agent.frozenNotes(hasWeights: hasWeights)
  }
}

/// Where a run stands: at its beginning, or where a checkpoint of it left off.
struct RunStanding {
  /// Keeps other processes from the folder.
  let lock: RunLock
  let opened: OpenCheckpoint?
  let run: RunState?
  let history: RunHistory?
  let rest: StepRest?
  /// What is remembered before the first step.
  let recordings: (any Experience)?
  let replayNeed: ReplayNeed
  /// What a user should know of the machine.
  let notes: [String]

  var step: Int { opened?.step ?? 0 }

  /// Puts everything back to where it was. Nothing is written.
  ///
  /// - Throws: errors of files, and where the checkpoint is not one of this run.
  init(_ start: RunStart, in folder: RunFolder, resuming: Bool) throws {
    let (configuration, replay) = (start.configuration, start.replay)
    lock = try folder.lock()
    try folder.checkLinks()
    let opened = try Self.open(folder, resuming: resuming, configuration)
    run = try configuration.explaining(opened?.configuration) {
      try Self.restore(opened, start.learner, start.driver, replay)
    }
    history = try opened.map { [run] in
      try RunHistory(of: folder, through: $0.step, run?.log, within: run?.logSizes)
    }
    let recordings =
      opened == nil
      ? try configuration.replay.experience(for: start.worlds[0], layout: replay.layout) : nil
    try configuration.checkOffline(
      isFresh: opened == nil, windows: replay.windowCount + configuration.windows(in: recordings))
    let stepsLeft = max(configuration.run.steps - (opened?.step ?? 0), 0)
    replayNeed = try ReplayNeed(
      configuration.replay, layout: replay.layout,
      steps: replay.rowCount + (recordings?.rowCount ?? 0)
        + (configuration.run.offline ? 0 : stepsLeft),
      streamCount: replay.streamCount, windowLength: configuration.windowLength)
    let disk = DiskNeed(configuration, agent: start.agentNeed, replay: replayNeed)
    notes = [
      start.agentNeed.note(beside: replayNeed.memory), disk.note(in: folder),
      opened?.state.arithmeticNote, Self.note(on: lock, of: folder),
    ].compactMap { $0 }
    rest = try run?.rest.map { try Self.check($0, replay, opened) }
    (self.opened, self.recordings) = (opened, recordings)
  }

  /// What a user should know whom no lock guards; nil where one does.
  private static func note(on lock: RunLock, of folder: RunFolder) -> String? {
    guard lock.isMissing else { return nil }
    return
      "the file system of \(folder.url.relativePath) knows no locks: see to it yourself that no "
      + "other run trains there"
  }

  /// The checkpoint to go on from; nil where a run begins.
  private static func open(
    _ folder: RunFolder, resuming: Bool, _ configuration: TrainingConfiguration
  ) throws -> OpenCheckpoint? {
    guard resuming, let checkpoint = try folder.checkpointToContinue() else { return nil }
    let opened = try OpenCheckpoint(checkpoint, in: folder)
    guard opened.holdsRun else {
      throw RunFileError(
        file: checkpoint.state.path, problem: "it holds an agent, not a run to go on with",
        remedy: "begin a new run with --from")
    }
    guard let own = opened.configuration else {
      throw FileError(
        .missing, path: folder.configuration.path, what: "there is no such file",
        remedy: "put back the run's config.yaml")
    }
    try configuration.checkContinuation(of: folder, at: opened.step, with: own)
    return opened
  }

  /// Puts everything back to where it was at a checkpoint.
  private static func restore(
    _ opened: OpenCheckpoint?, _ learner: Learner, _ driver: Driver, _ replay: Replay
  ) throws -> RunState? {
    guard let opened, let run = try opened.readRun() else { return nil }
    let checkpoint = opened.checkpoint
    try learner.restore(from: opened)
    guard try driver.restore(run.driver) else {
      throw RunFileError(
        file: checkpoint.state.path, problem: "it is of another agent",
        remedy: "resume with the run's own agent.dyn.rssm")
    }
    try replay.restore(from: checkpoint.replay, of: opened.ownerOfReplay)
    return run
  }

  /// - Throws: ``RunFileError`` where what is left of a step is not this run's.
  private static func check(
    _ rest: StepRest, _ replay: Replay, _ opened: OpenCheckpoint?
  ) throws -> StepRest {
    guard rest.records.isEmpty || 0..<replay.streamCount ~= rest.environment,
      rest.environment + rest.records.count <= replay.streamCount,
      rest.records.allSatisfy({ $0.row.fits(replay.layout) })
    else {
      throw RunFileError(
        file: opened?.checkpoint.state.path ?? "",
        problem: "its rows are of another agent or world",
        remedy: "resume with the run's own configuration")
    }
    return rest
  }
}
