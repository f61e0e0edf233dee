import ArgumentParser
import AutoencoderTraining
import CommandSupport
import Configuration
import Files
import Foundation
import Runs
import Worlds

struct VAETrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train an auto-encoder of single frames.",
    discussion: """
      One source of frames is named: a world, whose frames random actions make, IDX files, a folder of \
      PNG files, or recorded episodes. The configuration is made of presets, of files and of --set, \
      each over the one before. Steps are updates.

      Ctrl-C saves and stops; a second one stops at once. So do SIGTERM, SIGHUP, SIGUSR1, SIGUSR2 and \
      SIGXCPU.

      Example: dreamer vae train --env gridworld/Empty-8x8 --logdir runs/frames
               dreamer vae train --env gridworld/DoorKey-8x8 --preset vq
               dreamer vae train --idx images.gz --labels labels.gz --preset conditional
               dreamer vae train --folder pictures --preset beta --set vae.kl.weight=8
               dreamer vae train --env pendulum/classic --set vae.kl.anneal=linear
               dreamer vae train --resume --logdir runs/frames --steps 20000

      Presets: \(FrameTrainingConfiguration.presetNames.joined(separator: ", ")).
      """)

  @Option(help: ArgumentHelp("The world; `dreamer envs` lists them.", valueName: "id"))
  var env: String?

  @Option(help: ArgumentHelp("Images in an IDX file, gzipped or not.", valueName: "file"))
  var idx: String?

  @Option(help: ArgumentHelp("Their labels.", valueName: "file"))
  var labels: String?

  @Option(
    help: ArgumentHelp("PNG files, or folders of these, which are classes.", valueName: "folder"))
  var folder: String?

  @Option(
    help: ArgumentHelp("Recorded episodes, as env.wrap.record writes them.", valueName: "folder"))
  var episodes: String?

  @Option(help: ArgumentHelp("The run's folder (default: runs/vae-<time>).", valueName: "dir"))
  var logdir: String?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Presets, each over the one before.", valueName: "name"))
  var preset: [String] = []

  @Option(parsing: .upToNextOption, help: ArgumentHelp("YAML files.", valueName: "file"))
  var config: [String] = []

  @Option(parsing: .unconditional, help: "Updates.", transform: wholeNumber)
  var steps: Int?

  @Option(parsing: .unconditional, help: "The root of all randomness.", transform: wholeNumber)
  var seed: Int?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Configuration over all else.", valueName: "key=value"))
  var set: [String] = []

  @Flag(help: "Continue the run in the folder; begin it where there is none.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "Begin with the parameters of a run, a checkpoint or a safetensors file, as far as they fit.",
      valueName: "checkpoint"))
  var from: String?

  @Flag(help: "Print the configuration and where its values come from, and do nothing else.")
  var printConfig = false

  private var sources: [(option: String, key: String, value: String?)] {
    [
      ("--env", "task", env), ("--idx", "data.idx", idx), ("--labels", "data.labels", labels),
      ("--folder", "data.folder", folder), ("--episodes", "data.episodes", episodes),
    ]
  }

  func validate() throws {
    let words = sources.map { ($0.option, $0.value) } + [("--logdir", logdir), ("--from", from)]
    for (name, value) in words { if let value { try requireText(value, name) } }
    for (name, values) in [("--preset", preset), ("--config", config), ("--set", set)] {
      for value in values { try requireText(value, name) }
    }
  }

  func run() throws {
    let resolved = try resolve()
    if printConfig {
      return try StandardOutput.print(resolved.yaml(withOrigins: true), terminator: "")
    }
    Interruption.outliveReaders()
    let run =
      try logdir.map { RunFolder(at: URL(fileURLWithPath: $0)) }
      ?? NewRun.makeFolder(named: "vae")
    // Which fails where a run has begun in it.
    defer { if logdir == nil { rmdir(run.url.path) } }
    try train(resolved.configuration, in: run)
  }

  private func train(_ configuration: FrameTrainingConfiguration, in folder: RunFolder) throws {
    let weights = resume && !folder.completeCheckpoints().isEmpty ? nil : from
    let trainer = try AutoencoderTrainer(
      configuration, in: folder, resuming: resume,
      startingFrom: weights.map { URL(fileURLWithPath: $0) }, progress: .standardError())
    StandardError.print("\(folder.url.relativePath): \(trainer.data.origin)")
    for note in trainer.notes { StandardError.print("note: \(note)") }
    if trainer.hadFinished {
      return StandardError.print(
        "all \(trainer.step) updates are made already, and nothing was changed; --steps gives the run "
          + "more")
    }
    // Until here a signal ends it at once: nothing was done that could be saved.
    Interruption.note(graceSeconds: nil)
    let outcome = try trainer.run { Interruption.signalNumber != nil }
    StandardError.print(trainer.timeSplit.summary)
    if outcome == .interrupted, let signal = Interruption.signalNumber {
      StandardError.print(
        "interrupted and saved; continue with: dreamer vae train --resume --logdir "
          + ForeignText.shellPath(folder.url.relativePath))
      throw ExitCode(signal: signal)
    }
  }

  private func resolve() throws -> ResolvedConfiguration<FrameTrainingConfiguration> {
    let saved = try savedConfiguration
    let named = sources.filter { $0.value != nil }
    if saved == nil, !printConfig, named.isEmpty, config.isEmpty,
      !set.contains(where: { $0.hasPrefix("data.") || $0.hasPrefix("task=") })
    {
      if resume, let logdir {
        throw UsageError(
          "there is no run in \(logdir) to continue; check --logdir, or begin one there with --env")
      }
      throw UsageError("which frames? Give --env, --idx, --folder or --episodes")
    }
    var options = named.map { (name: $0.option, assignment: "\($0.key)=\($0.value ?? "")") }
    if let seed { options.append(("--seed", "seed=\(seed)")) }
    if let steps { options.append(("--steps", "run.steps=\(steps)")) }
    return try FrameTrainingConfiguration.resolve(
      over: saved, presets: preset, files: config.map { URL(fileURLWithPath: $0) },
      options: options, set: set)
  }

  /// The configuration of the run that is to be continued; nil where none is.
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
}
