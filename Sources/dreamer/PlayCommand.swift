import ArgumentParser
import EnvironmentInterface
import Foundation
import Sessions
import Training
import Viewer

struct PlayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "play",
    abstract: "Play in an environment with the keyboard.",
    discussion: """
      Opens a window where SDL 2 and a display are, else prints text; h tells the keys. From a pipe \
      each letter is a key: w forward, a and d turn, space toggles, q quits. Episode e of a seed is \
      the one that `dreamer evaluate` plays with that seed.

      Example: dreamer play --env gridworld/DoorKey-5x5
               dreamer play --env pendulum/classic
               echo "wwd q" | dreamer play --env gridworld/Empty-5x5 --text
      """)

  @Option(help: ArgumentHelp("The environment; `dreamer envs` lists them.", valueName: "id"))
  var env: String

  @Option(help: "The root of the worlds' randomness.")
  var seed = 0

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Configuration of the environment.", valueName: "key=value"))
  var set: [String] = []

  @Flag(help: "Print text, without a window.")
  var text = false

  /// What a person wants to see: the whole grid beside the agent's view, and a fine picture.
  private static let defaults = [
    "env.gridworld.observation=view+grid", "env.pendulum.size=320",
  ]

  func run() throws {
    let configuration = try TrainingConfiguration.resolve(set: Self.defaults + set).configuration
    let world = try EnvironmentRegistry.make(env, configuration.env, for: .person)
    let session = try PlaySession(in: world, key: EvaluationPlan.episodesKey(seed: seed))
    Interruption.begin()
    let wasInWindow = try !text && playInWindow(session)
    if !wasInWindow { try playInText(session) }
    if let signal = Interruption.signalNumber { throw ExitCode(signal: signal) }
  }

  /// - Returns: whether there was a window to play in; why not is said.
  private func playInWindow(_ session: PlaySession) throws -> Bool {
    guard !session.panels.isEmpty else {
      Dreamer.writeError("note: \(env) shows no picture as it is set; playing in text")
      return false
    }
    let window: Window
    do {
      window = try Window(title: "dreamer play \(env)", width: 720, height: 560)
    } catch let error as ViewerError {
      Dreamer.writeError("note: \(error). Playing in text")
      return false
    }
    var play = WindowPlay(session, in: window) { Interruption.signalNumber != nil }
    _ = try play.run()
    return true
  }

  private func playInText(_ session: PlaySession) throws {
    let terminal = Terminal()
    defer { terminal.restore() }
    var play = TextPlay(session, on: terminal) { Interruption.signalNumber != nil }
    _ = try play.run()
  }
}
