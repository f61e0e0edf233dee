import Agents
import EnvironmentInterface
import Evaluation
import Files
import Foundation
import Kernels
import Randomness
import ReplayBuffers
import Runs
import Telemetry
import TrainedAgents
import WorldModels
import Worlds

/// One run: environments, replay, learner, and the folder that all is written to.
public final class Trainer {
  /// How a run ended.
  public enum Outcome: Sendable, Equatable {
    case finished
    /// Stopped at somebody's wish, everything saved.
    case interrupted
  }

  /// What the run does. Of a world of one's own, `task` is its id.
  public let configuration: TrainingConfiguration
  package let learner: Learner
  /// What a user should know before the run begins.
  public private(set) var notes: [String]
  /// How much memory and disk replay will take at the end.
  package let replayNeed: ReplayNeed
  /// How much memory the agent takes.
  package let agentNeed: AgentNeed
  /// Records of all environments so far, those of resets included.
  public private(set) var step = 0
  private let folder: RunFolder
  private let source: EnvironmentSource
  /// Keeps other processes from the folder.
  private let lock: RunLock
  private let pool: WorkerPool
  private let replay: Replay
  private let driver: Driver
  private let trainingStep: TrainingStep
  private var ratio: TrainRatio
  private let key: Key
  private let training: TrainingLog
  private let reporter: Reporter
  private var best: BestEvaluation?
  /// What is left of a step of the environments; nil between steps.
  private var rest: StepRest?
  /// Of the newest checkpoint, if that is one in the midst of a step.
  private var stepOfUnfinishedCheckpoint: Int?
  /// What tells the run from others.
  private let identity: String
  /// Whether there was nothing left to do: then nothing is touched.
  public let hadFinished: Bool
  private var isFinished: Bool { step >= configuration.run.steps && rest == nil }

  /// Prepares a run; with `resuming`, continues from its newest checkpoint if there is one.
  ///
  /// - Parameters:
  ///   - weights: what the agent's parameters begin with, instead of random numbers.
  ///   - makeEnvironment: makes a copy of a world of one's own, whose id becomes the
  ///     configuration's `task`; nil for the bundled world that `task` names.
  /// - Throws: errors of configuration, environment and files, before anything is overwritten.
  public init(
    _ configuration: TrainingConfiguration, in folder: RunFolder, resuming: Bool = false,
    startingFrom weights: StartingWeights? = nil, progress: ProgressDisplay? = nil,
    makeEnvironment: (@Sendable () throws -> any Environment)? = nil
  ) throws {
    let start = try RunStart(
      configuration, in: folder, resuming: resuming, startingFrom: weights,
      makeEnvironment: makeEnvironment)
    let standing = try RunStanding(start, in: folder, resuming: resuming)
    let (configuration, run) = (start.configuration, standing.run)
    self.configuration = configuration
    self.folder = folder
    (source, key, pool) = (start.source, start.key, start.pool)
    (learner, replay, driver) = (start.learner, start.replay, start.driver)
    (trainingStep, lock, rest) = (start.trainingStep, standing.lock, standing.rest)
    (agentNeed, replayNeed) = (start.agentNeed, standing.replayNeed)
    notes = start.notes + standing.notes
    step = standing.step
    identity = run?.identity ?? configuration.identity(startingFrom: weights)
    best = run?.best
    stepOfUnfinishedCheckpoint = rest == nil ? nil : step
    ratio = TrainRatio(
      trainRatio: configuration.run.trainRatio, sequences: configuration.batchSize,
      length: configuration.batchLength)
    if let run { ratio.goOn(from: run.ratio) }
    reporter = Reporter(
      configuration, replay: replay, agent: learner.agent, folder: folder,
      count: run?.reports ?? 0)
    trainingStep.restore(run?.training)
    reporter.restore(run?.reporting)
    let isBegun = standing.opened != nil
    hadFinished = isBegun && step >= configuration.run.steps && rest == nil
    // All that can be wrong was looked at: from here on the folder changes.
    if !hadFinished { try folder.create(resuming: resuming) }
    let text = Data(configuration.text(ofRun: identity).utf8)
    if !isBegun { try AtomicFile.write(text, to: folder.configuration) }
    let log = try RunLog(
      hadFinished ? nil : folder, continuing: standing.history,
      from: run?.log ?? RunLog.State(), phases: TrainingLog.phases, progress: progress)
    training = TrainingLog(log, agent: learner.agent)
    if hadFinished { return }
    try replay.begin()
    // Now nothing is in the way of going on.
    if isBegun { try AtomicFile.write(text, to: folder.configuration) }
    try standing.recordings?.append(to: replay, stream: start.worlds.count)
    notes += Self.notes(on: standing.opened, run, standing.history, configuration)
  }

  /// What is otherwise than in a run that was not interrupted.
  private static func notes(
    on opened: OpenCheckpoint?, _ run: RunState?, _ history: RunHistory?,
    _ configuration: TrainingConfiguration
  ) -> [String] {
    guard let opened, let run else { return [] }
    var notes = (history?.missing ?? []).map {
      "\($0.relativePath) is gone; it begins again at step \(opened.step)"
    }
    let count = run.driver.games.count
    if count != configuration.run.envs {
      notes.append(
        "run.envs was \(count) and is now \(configuration.run.envs): from step \(opened.step) on "
          + "this is not the run that would have been without the stop")
    }
    if configuration.run.offline, opened.configuration?.run.offline == false {
      notes.append("from step \(opened.step) on no environment is stepped (run.offline)")
    }
    return notes
  }

  private var log: RunLog { training.log }

  // MARK: the loop

  /// Runs to the end, or until somebody wants it to stop.
  ///
  /// - Parameters:
  ///   - shouldStop: is asked after each step of the environments.
  ///   - isInterrupted: is asked at any moment, from any thread: the run then stops in the midst of a
  ///     step or an evaluation, and its checkpoint says what is left to do.
  public func run(
    shouldStop: () -> Bool = { false },
    interruptedBy isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) throws -> Outcome {
    if hadFinished { return .finished }
    do {
      return try train(until: shouldStop, interruptedBy: isInterrupted)
    } catch let error as FileError {
      // Where the folder is gone, that is what is wrong with all files in it.
      try lock.check()
      throw error
    }
  }

  private func train(
    until shouldStop: () -> Bool, interruptedBy isInterrupted: @escaping @Sendable () -> Bool
  ) throws -> Outcome {
    if step == 0, rest == nil { try save() }
    while !isFinished && !isInterrupted() {
      if rest == nil {
        if shouldStop() { break }
        try configuration.run.offline ? goOnOffline() : stepEnvironments()
      }
      guard try finishStep(until: isInterrupted) else { break }
      log.show { status }
    }
    try save()
    log.finish(status)
    return isFinished ? .finished : .interrupted
  }

  private var status: ProgressStatus {
    training.status(
      step: step, of: configuration.run.steps, updates: learner.state.updates, best: best?.mean)
  }

  private func stepEnvironments() throws {
    let clock = Stopwatch()
    var records: [StepRest.Record] = []
    try driver.step { _, row, episode in records.append(.init(row: row, episode: episode)) }
    rest = StepRest(since: step, records: records)
    training.addEnvironment(seconds: clock.seconds)
  }

  /// What would be due after a step that is not made.
  private func goOnOffline() throws {
    rest = StepRest(since: step, records: [])
    step += 1
    noteWhatIsDue()
  }

  /// Does what is left of a step.
  ///
  /// - Returns: false where it was stopped on the way.
  private func finishStep(until isInterrupted: @escaping @Sendable () -> Bool) throws -> Bool {
    while let left = rest {
      if isInterrupted() { return false }
      if left.updates > 0 {
        try update()
        rest?.updates -= 1
      } else if left.needsLine {
        try writeLine()
        rest?.needsLine = false
      } else if left.reportBatches > 0 {
        try report(isFirst: left.reportBatches == reporter.batchCount)
        rest?.reportBatches -= 1
      } else if let record = left.records.first {
        rest?.records.removeFirst()
        try take(record, of: left.environment)
      } else {
        guard try keepSchedulesBetweenSteps(since: left.since, until: isInterrupted) else {
          return false
        }
      }
    }
    return true
  }

  /// Records a row, and notes what is due at it.
  private func take(_ record: StepRest.Record, of index: Int) throws {
    try replay.append(record.row, stream: index)
    step += 1
    if let episode = record.episode { try take(episode, of: index) }
    noteWhatIsDue()
  }

  private func noteWhatIsDue() {
    rest?.needsLine = isDue(configuration.run.logEvery)
    guard trainingStep.isReady else { return }
    rest?.updates = ratio.updates(at: step)
    rest?.reportBatches = isDue(configuration.run.reportEvery) ? reporter.batchCount : 0
  }

  /// Logs an episode; of the first environment, also pictures of that during which a report was due.
  private func take(_ episode: Driver.Episode, of index: Int) throws {
    try training.add(episode, step: step)
    let interval = configuration.run.reportEvery
    let start = step - episode.length * driver.count
    if index == 0, interval > 0, start / interval < step / interval {
      try training.add(driver.film, step: step)
    }
  }

  /// How the run's first environment stands; nil before the first step.
  public var moment: AgentMoment? { driver.moment }

  /// The mean return of the newest episodes, 20 at most; nil before one has ended.
  public var recentReturn: Double? { log.recentScore }

  /// Where the time has gone so far.
  public var timeSplit: TimeSplit { log.timeSplit }

  private func update() throws {
    do {
      training.add(try trainingStep.run())
    } catch let update as NonFiniteUpdate {
      try handle(update)
    }
  }

  /// Ends the run or leaves the update out, as `run.on_nonfinite` says.
  private func handle(_ update: NonFiniteUpdate) throws {
    try lock.check()
    let problem = try update.report(
      in: folder, skipped: log.state.skippedUpdates, spaces: learner.agent.spaces)
    guard configuration.run.onNonfinite == "skip" else { throw problem }
    try training.addSkipped(problem, step: step)
  }

  private func writeLine() throws {
    try lock.check()
    try training.writeLine(
      step: step, replay: replay.takeStatistics(), updates: learner.state.updates,
      rowsPerUpdate: trainingStep.rowCount)
  }

  private func report(isFirst: Bool) throws {
    let report = try reporter.report(
      learner, isFirst: isFirst, step: step, key: key.fold("report"), pool: pool)
    try training.add(report, step: step)
  }

  /// What looks at all environments, when all have made their step; the last of the step.
  ///
  /// - Returns: false where it was stopped on the way.
  private func keepSchedulesBetweenSteps(
    since before: Int, until isInterrupted: @escaping @Sendable () -> Bool
  ) throws -> Bool {
    func isDue(_ interval: Int) -> Bool { interval > 0 && step / interval > before / interval }
    var isBest = false
    if isDue(configuration.run.evalEvery) {
      do {
        isBest = try evaluate(until: isInterrupted)
      } catch is EvaluationStopped {
        return false
      }
    }
    rest = nil
    if isBest || isDue(configuration.run.saveEvery) { try save() }
    return true
  }

  /// Plays episodes on environments and seeds of their own, drawing actions and doing what is most
  /// likely, and logs the results as a line of their own.
  ///
  /// - Returns: whether the drawn actions earned more than ever before.
  /// - Throws: ``EvaluationStopped``, with nothing changed.
  private func evaluate(until isInterrupted: @escaping @Sendable () -> Bool) throws -> Bool {
    var plan = EvaluationPlan(configuration.run)
    plan.seed = configuration.seed
    let agent = learner.agent
    let sampled = try agent.evaluate(in: source.make, plan, pool: pool, until: isInterrupted)
    plan.usesMode = true
    let mode = try agent.evaluate(in: source.make, plan, pool: pool, until: isInterrupted)
    try training.write(sampled: sampled, mode: mode, step: step)
    guard best.map({ sampled.mean > $0.mean }) ?? true else { return false }
    best = BestEvaluation(mean: sampled.mean, step: step)
    return configuration.run.keep.best
  }

  private func isDue(_ interval: Int) -> Bool { interval > 0 && step % interval == 0 }

  private func save() throws {
    try lock.check()
    let keep = configuration.run.keep
    let retention = CheckpointRetention(
      newest: keep.last, others: Set(keep.best ? [best?.step].compactMap { $0 } : []),
      every: keep.every)
    let run = RunState(
      driver: driver.state, log: log.saved, ratio: ratio, reports: reporter.count, best: best,
      identity: identity, training: trainingStep.state, reporting: reporter.state, rest: rest,
      logSizes: rest == nil ? nil : try log.sizes())
    let isNew = try folder.writeCheckpoint(
      step: step, replacing: step == stepOfUnfinishedCheckpoint, keeping: retention
    ) {
      try log.synchronize()
      try CheckpointParts(learner, replay, configuration, run: run)
        .write(to: $0, isFinished: isFinished)
    }
    guard isNew else { return }
    stepOfUnfinishedCheckpoint = rest == nil ? nil : step
    replay.commit()
  }
}
