import ArgumentParser
import CommandSupport
import Configuration
import EnvironmentInterface
import Evaluation
import Foundation
import Sessions
import TrainedAgents
import Viewer
import Worlds

struct PlayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "play",
    abstract: "Play in an environment, or in what an agent's model dreams, with the keyboard.",
    discussion: """
      Opens a window where SDL 2 and a display are, else prints text; h tells the keys. From a pipe \
      each letter is a key: w forward, a and d turn, space toggles, q quits. Episode e of a seed is \
      the one that `dreamer evaluate` plays with that seed.

      In a dream the model sees the first steps of such an episode and then only hears what you do; \
      n, or an action after the model has said that the episode is over, begins the next.

      Example: dreamer play --env gridworld/DoorKey-5x5
               dreamer play --env pendulum/classic
               dreamer play --dream runs/first --beside
               echo "wwd q" | dreamer play --env gridworld/Empty-5x5 --text
      """)

  @Option(help: ArgumentHelp("The environment; `dreamer envs` lists them.", valueName: "id"))
  var env: String?

  @Option(
    help: ArgumentHelp(
      "Play in the dream of a run's newest checkpoint, or of a checkpoint's folder.",
      valueName: "run"))
  var dream: String?

  @Flag(help: "With --dream: let the real environment do the same beside it.")
  var beside = false

  @Option(
    parsing: .unconditional,
    help: "With --dream: steps that the model sees first (default \(DreamSession.usualContext)).")
  var context: Int?

  @Option(parsing: .unconditional, help: "The root of the worlds' randomness.")
  var seed = 0

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Configuration of the environment.", valueName: "key=value"))
  var set: [String] = []

  @Flag(help: "Print text, without a window.")
  var text = false

  /// What a person wants to see.
  private static var defaults: [String] {
    EnvironmentRegistry.families.flatMap { family in
      family.settingsForPeople.map { "env.\(family.name).\($0)" }
    }
  }

  func validate() throws {
    for (name, value) in [("--env", env), ("--dream", dream)] {
      if let value { try requireText(value, name) }
    }
    if (env == nil) == (dream == nil) {
      throw ValidationError("give either --env, a world, or --dream, a run")
    }
    if dream == nil, beside || context != nil {
      throw ValidationError("--beside and --context go with --dream")
    }
    if dream != nil, !set.isEmpty {
      throw ValidationError("--set goes with --env: a dream is of the world that its run has")
    }
    for value in set { try requireText(value, "--set") }
    if let context, context < 1 { throw ValidationError("--context must be at least 1") }
  }

  func run() throws {
    let key = EvaluationPlan.episodesKey(seed: seed)
    if let dream {
      let trained = try TrainedAgent(contentsOf: URL(fileURLWithPath: dream))
      try play(
        DreamSession(of: trained, context: context, beside: beside, key: key),
        title: "dreamer play: dream of \(trained.configuration.task)")
    } else if let env {
      let resolved = try TrainingConfiguration.resolve(set: Self.defaults + set)
      try checkEffects(of: resolved)
      let configuration = resolved.configuration
      let world = try EnvironmentRegistry.make(env, configuration.env, for: .person)
      try play(PlaySession(in: world, key: key), title: "dreamer play \(env)")
    }
  }

  /// - Throws: `UsageError` where something is set that no world knows.
  private func checkEffects(of resolved: ResolvedConfiguration<TrainingConfiguration>) throws {
    let others = TrainingConfiguration.keys.filter {
      resolved.origins[$0] == .option("--set") && !$0.hasPrefix("env.")
    }
    if let key = others.first {
      let hint = key == "seed" ? "; the seed is --seed" : ""
      throw UsageError("\(key) has no effect: --set is for the environment's keys, env.…\(hint)")
    }
  }

  private func play(_ session: some Playable, title: String) throws {
    Interruption.note()
    let wasInWindow = try !text && playInWindow(session, title: title)
    if !wasInWindow { try playInText(session) }
    if let signal = Interruption.signalNumber { throw ExitCode(signal: signal) }
  }

  /// - Returns: whether there was a window to play in; why not is said.
  private func playInWindow(_ session: some Playable, title: String) throws -> Bool {
    guard !session.panels.isEmpty else {
      StandardError.print("note: \(env ?? "it") shows no picture as it is set; playing in text")
      return false
    }
    let window: Window
    do {
      window = try Window(title: title, width: 720, height: 560)
    } catch let error as ViewerError {
      StandardError.print("note: \(error). Playing in text")
      return false
    }
    _ = try show(PlayFilm(session), in: window)
    return true
  }

  private func playInText(_ session: some Playable) throws {
    let terminal = Terminal(write: StandardOutput.write)
    defer { terminal.restore() }
    var play = TextPlay(session, on: terminal) { Interruption.signalNumber != nil }
    _ = try play.run()
  }
}
