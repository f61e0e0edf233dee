import Agents
import ArgumentParser
import CommandSupport
import Configuration
import Files
import Foundation
import Runs
import Sessions
import TrainedAgents
import Training
import Viewer
import Worlds

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train an agent.",
    discussion: """
      The configuration is made of the environment's own preset, then of presets, of files and of \
      --set, each over the one before.

      Ctrl-C saves and stops; a second one stops at once. So do SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and \
      SIGXCPU, with which systems announce the end, unless (but for SIGTERM) they are ignored as \
      SIGHUP is under nohup. It stops after the update in progress, and in the midst of evaluations \
      and reports, which --resume takes up again.

      Example: dreamer train --env gridworld/Empty-5x5 --logdir runs/first
               dreamer train --env gridworld/Empty-5x5 --preset debug --set agent.opt.lr=1e-4
               dreamer train --env gridworld/DoorKey-5x5 --from runs/first
               dreamer train --env pendulum/swingup --from runs/a --modules enc,dyn
               dreamer train --env pendulum/swingup --set agent.frozen=[enc,dyn]
               dreamer train --resume --logdir runs/first --steps 20000
               dreamer train --env pendulum/classic --window

      Presets: \(TrainingConfiguration.presetNames.joined(separator: ", ")).
      """)

  @Option(help: ArgumentHelp("The environment; `dreamer envs` lists them.", valueName: "id"))
  var env: String?

  @Option(
    help: ArgumentHelp("The run's folder (default: runs/<environment>-<time>).", valueName: "dir"))
  var logdir: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Presets, each over the one before.", valueName: "name"))
  var preset: [String] = []

  @Option(parsing: .upToNextOption, help: ArgumentHelp("YAML files.", valueName: "file"))
  var config: [String] = []

  @Option(
    parsing: .unconditional, help: "Environment steps, over all environments.",
    transform: wholeNumber)
  var steps: Int?

  @Option(parsing: .unconditional, help: "The root of all randomness.", transform: wholeNumber)
  var seed: Int?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Configuration over all else.", valueName: "key=value"))
  var set: [String] = []

  @Flag(
    help: """
      Continue the run in the folder with its own configuration, over which what --preset, --config, \
      --steps and --set set still applies, but for its world and its seed; begin it where there is \
      none.
      """)
  var resume = false

  @Option(
    help: ArgumentHelp(
      """
      Begin a new run with the parameters of a run, a checkpoint or a safetensors file, as far as \
      they fit; replay, optimiser and normalisers begin afresh.
      """, valueName: "checkpoint"))
  var from: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "What --from gives, of \(AgentModule.names) (default: all that fits).", valueName: "names"))
  var modules: [String] = []

  @Flag(
    help: "Show the agent at work in a window, its dream beside; the run does not depend on it.")
  var window = false

  @Flag(help: "Print the configuration and where its values come from, and do nothing else.")
  var printConfig = false

  func validate() throws {
    let words = [("--env", env), ("--logdir", logdir), ("--from", from)]
    let lists = [("--preset", preset), ("--config", config), ("--set", set)]
    for (name, value) in words { if let value { try requireText(value, name) } }
    for (name, values) in lists { for value in values { try requireText(value, name) } }
    if !modules.isEmpty, from == nil {
      throw ValidationError("--modules says what --from gives; give --from")
    }
    _ = try chosenModules()
  }

  func run() throws {
    let resolved = try resolve()
    if printConfig {
      return try StandardOutput.print(resolved.yaml(withOrigins: true), terminator: "")
    }
    Interruption.outliveReaders()
    if window, resolved.configuration.run.offline {
      throw UsageError("--window shows the agent at work, and with run.offline none is")
    }
    let folder =
      try logdir.map { RunFolder(at: URL(fileURLWithPath: $0)) }
      ?? NewRun.makeFolder(named: resolved.configuration.task)
    // Which fails where a run has begun in it.
    defer { if logdir == nil { rmdir(folder.url.path) } }
    if window { try trainInWindow(resolved, in: folder) } else { try train(resolved, in: folder) }
  }

  /// The run in this thread.
  private func train(
    _ resolved: ResolvedConfiguration<TrainingConfiguration>, in folder: RunFolder,
    watchedBy feed: TrainingFeed? = nil
  ) throws {
    let trainer = try Trainer(
      resolved.configuration, in: folder, resuming: resume,
      startingFrom: try startingWeights(folder), progress: .standardError())
    StandardError.print("\(folder.url.relativePath): \(resolved.configuration.task)")
    StandardError.print("\(trainer.agentNeed)")
    StandardError.print("\(trainer.replayNeed)")
    if trainer.hadFinished {
      for note in trainer.notes { StandardError.print("note: \(note)") }
      return StandardError.print(
        "all \(trainer.step) steps are made already, and nothing was changed; --steps gives the run "
          + "more")
    }
    let idleness = resolved.configuration.idleness
    for note in trainer.notes + [idleness].compactMap({ $0 }) + resolved.effectless {
      StandardError.print("note: \(note)")
    }
    var observer = feed.map { TrainingObserver(of: trainer, to: $0) }
    // Until here a signal ends it at once: nothing was done that could be saved.
    Interruption.note(graceSeconds: nil)
    let outcome = try trainer.run(
      shouldStop: {
        observer?.look(at: trainer)
        return false
      }, interruptedBy: { Interruption.signalNumber != nil })
    StandardError.print(trainer.timeSplit.summary)
    if outcome == .finished, idleness == nil, let idleness = trainer.idleness {
      StandardError.print("note: \(idleness)")
    }
    if outcome == .interrupted, let signal = Interruption.signalNumber {
      StandardError.print(
        "interrupted and saved; continue with: dreamer train --resume --logdir "
          + ForeignText.shellPath(folder.url.relativePath))
      throw ExitCode(signal: signal)
    }
  }

  /// The run in a thread of its own, for windows belong to the main one. It does not depend on the
  /// window's life, nor on that of the display.
  private func trainInWindow(
    _ resolved: ResolvedConfiguration<TrainingConfiguration>, in folder: RunFolder
  ) throws {
    let configuration = resolved.configuration
    let world = try EnvironmentRegistry.make(configuration.task, configuration.env)
    guard world.observationSpaces.contains(where: \.isImage) else {
      throw RolloutError.noImage(environment: world.id)
    }
    let window = try Window(title: "dreamer train: \(world.id)", width: 760, height: 640)
    let feed = TrainingFeed()
    let run = BackgroundWork { try train(resolved, in: folder, watchedBy: feed) }
    let film = TrainingFilm(
      of: feed, in: world, totalSteps: configuration.run.steps, until: { run.hasEnded })
    do {
      _ = try show(film, in: window)
    } catch let error as ViewerError {
      StandardError.print("note: \(error). The run goes on without it")
    }
    feed.close()
    try run.wait()
  }

  /// What `--from` names; nil where the run goes on from a checkpoint of its own.
  private func startingWeights(_ folder: RunFolder) throws -> StartingWeights? {
    guard let from, !resume || folder.completeCheckpoints().isEmpty else { return nil }
    return try StartingWeights(
      contentsOf: URL(fileURLWithPath: from), modules: try chosenModules())
  }

  /// What `--modules` names, between commas or spaces; nil where it is not given.
  private func chosenModules() throws -> Set<AgentModule>? {
    if modules.isEmpty { return nil }
    let names = modules.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
    return try Set(
      names.map { name in
        guard let module = AgentModule(rawValue: name.trimmingCharacters(in: .whitespaces)) else {
          throw ValidationError(
            "--modules: there is no module '\(name)'; name some of \(AgentModule.names)")
        }
        return module
      })
  }

  // MARK: configuration

  private func resolve() throws -> ResolvedConfiguration<TrainingConfiguration> {
    if printConfig == false, env == nil, !resume, config.isEmpty {
      throw UsageError("which environment? Give --env; `dreamer envs` lists them")
    }
    let options = [
      seed.map { (name: "--seed", assignment: "seed=\($0)") },
      steps.map { (name: "--steps", assignment: "run.steps=\($0)") },
    ].compactMap { $0 }
    if let logdir, Checkpoint.isOne(URL(fileURLWithPath: logdir)) {
      throw UsageError(
        "\(logdir) is a checkpoint, not a run: a run is continued in its own folder, two above its "
          + "checkpoints, and a new one begins from this with --from "
          + ForeignText.shellPath(logdir))
    }
    let saved = try savedConfiguration
    let resolved = try TrainingConfiguration.resolve(
      over: saved, task: saved == nil ? env : nil, presets: preset,
      files: config.map { URL(fileURLWithPath: $0) }, options: options, set: set)
    try check(resolved.configuration)
    return resolved
  }

  /// The configuration of the run that is to be continued; nil where none is. Where the run's own is
  /// lost, its newest checkpoint has it.
  private var savedConfiguration: URL? {
    get throws {
      guard resume else { return nil }
      guard let logdir else {
        throw UsageError("--resume continues the run in a folder: name it with --logdir")
      }
      let folder = RunFolder(at: URL(fileURLWithPath: logdir))
      let files = [folder.configuration, folder.completeCheckpoints().last?.configuration]
      return files.compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0.path) }
    }
  }

  private func check(_ configuration: TrainingConfiguration) throws {
    if let env, configuration.task != env {
      throw UsageError(
        "the run in \(logdir ?? "") is of \(configuration.task), not of \(env); "
          + "leave --env out or choose another --logdir")
    }
    if configuration.task.isEmpty, !printConfig {
      if resume, let logdir {
        throw UsageError(
          "there is no run in \(logdir) to continue; check --logdir, or begin one there with --env")
      }
      throw UsageError("which environment? Give --env; `dreamer envs` lists them")
    }
    let task = configuration.task
    if !task.isEmpty, !EnvironmentRegistry.ids.contains(task) { throw UnknownEnvironment(id: task) }
  }
}
