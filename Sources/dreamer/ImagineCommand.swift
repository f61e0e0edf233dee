import Agents
import ArgumentParser
import CommandSupport
import EnvironmentInterface
import Evaluation
import Files
import Foundation
import Pictures
import Sessions
import Storyboards
import TrainedAgents
import Viewer
import Worlds

struct ImagineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imagine",
    abstract: "Show what a trained agent imagines.",
    discussion: """
      The model observes the first steps of some episodes and then imagines how they go on, told only \
      the actions (or, with --dream, acting as it would). The picture has rows for what was, what the \
      model makes of it with open eyes, what it imagines, and the error, in borders that are green \
      while it observes and red while it imagines; below, predicted reward, continue probability and \
      value beside what came, the entropy of the latents, and the latents themselves, a bar for each.

      The episodes are fresh ones unless --episode names recorded ones. The same seed gives the same \
      bytes.

      Example: dreamer imagine runs/first
               dreamer imagine runs/first --dream --samples 3 --out dream.gif
               dreamer imagine runs/first --context 10 --horizon 30 --out strip.png
               dreamer imagine runs/first --window
               dreamer imagine runs/first --errors --json
      """)

  @Argument(
    help: ArgumentHelp(
      "A run's folder, for its newest checkpoint, or a checkpoint's folder.", valueName: "run"))
  var folder: String

  @Option(
    parsing: .unconditional,
    help: """
      Steps that the model observes first, from an episode's beginning on; with --errors, later \
      stretches of the same episode begin a horizon further on each.
      """)
  var context = 5

  @Option(
    parsing: .unconditional,
    help: "Steps that it then imagines; with true actions, as far as the episode goes.")
  var horizon = 15

  @Option(
    parsing: .unconditional,
    help: "Fresh episodes to look at (default: 3, or 32 with --errors).")
  var sequences: Int?

  @Option(
    parsing: .unconditional,
    help: "Futures of each episode (default: 1, at most \(Theme.sampleLimit)).")
  var samples: Int?

  @Option(parsing: .unconditional, help: "The root of the worlds' and the model's randomness.")
  var seed = 0

  @Flag(help: "Let the agent act in its imagination, instead of telling it what was done.")
  var dream = false

  @Option(help: "Who acts in fresh episodes: random or agent (default: random).")
  var policy: EpisodePolicy?

  @Option(
    help: ArgumentHelp(
      "A recorded episode instead of fresh ones: a file that env.wrap.record wrote. May be repeated.",
      valueName: "file"))
  var episode: [String] = []

  @Option(
    help: ArgumentHelp(
      "Where the picture goes: a strip (.png), a moving picture (.gif, or .mp4 with an installed "
        + "ffmpeg), or a folder of frames (a name that ends in /). Default: imagination.gif.",
      valueName: "file"))
  var out: String?

  @Flag(help: "Show it in a window instead, over and over.")
  var window = false

  @Option(
    parsing: .unconditional,
    help: "Steps that a moving picture shows in a second, 0.1 to 50 (default: 5).")
  var fps: Double?

  @Option(
    parsing: .unconditional, help: "The side of an image's pixels, 1 to 64 (default: what fits).")
  var scale: Int?

  @Option(help: "Which image is shown, where a world has several (default: the first).")
  var image: String?

  @Flag(
    help: """
      Print how far imagined pixels are from what came, by the steps imagined, beside two guesses that \
      need no model: the last observed frame, and the mean frame.
      """)
  var errors = false

  @Flag(help: "With --errors: print one JSON object.")
  var json = false

  func validate() throws {
    try requireText(folder, "<run>")
    if let out { try requireText(out, "--out") }
    for name in episode { try requireText(name, "--episode") }
    try validateRanges()
    if json, !errors { throw ValidationError("--json goes with --errors") }
    if errors { try validateErrors() }
    if window, errors || out != nil {
      throw ValidationError("--window goes without --out and --errors")
    }
    if !episode.isEmpty, sequences != nil || policy != nil {
      throw ValidationError("--episode names what was played: leave --sequences and --policy out")
    }
  }

  private func validateRanges() throws {
    let ranges: [(name: String, value: Int?, range: ClosedRange<Int>)] = [
      ("context", context, 1...100_000), ("horizon", horizon, 1...10_000),
      ("sequences", sequences, 1...1000), ("samples", samples, 1...Theme.sampleLimit),
      ("scale", scale, 1...64),
    ]
    for (name, value, range) in ranges {
      guard let value, !range.contains(value) else { continue }
      throw ValidationError("--\(name) must be \(range.lowerBound) to \(range.upperBound)")
    }
    if let fps, !(0.1...50).contains(fps) { throw ValidationError("--fps must be 0.1 to 50") }
  }

  /// What says how pictures look, and has no meaning for numbers.
  private func validateErrors() throws {
    if out != nil { throw ValidationError("--errors draws nothing: leave --out out") }
    if dream || !episode.isEmpty {
      throw ValidationError("--errors plays fresh episodes: leave --dream and --episode out")
    }
    if samples != nil || scale != nil || fps != nil || image != nil {
      throw ValidationError(
        "--errors draws nothing: leave --samples, --scale, --fps and --image out")
    }
  }

  private var plan: RolloutPlan {
    var plan = RolloutPlan()
    (plan.context, plan.horizon) = (context, horizon)
    plan.sequences = sequences ?? (errors ? 32 : plan.sequences)
    plan.samples = samples ?? plan.samples
    plan.policy = policy ?? plan.policy
    (plan.seed, plan.dreams) = (seed, dream)
    return plan
  }

  func run() throws {
    let file = errors || window ? nil : try PictureFile(path: out ?? "imagination.gif")
    try file?.checkProgram()
    if fps != nil, let file, !file.isMoving {
      StandardError.print("note: --fps has no effect on \(file.url.relativePath): it does not move")
    }
    let trained = try TrainedAgent(contentsOf: URL(fileURLWithPath: folder))
    if errors {
      let result = try trained.openLoopError(plan)
      return try StandardOutput.print(json ? Self.json(result) : Self.text(result, trained))
    }
    let index = try imageIndex(trained)
    let rollout = try rollout(trained)
    let task = trained.configuration.task
    let title = "\(task) after \(trained.step) steps"
    let board = Storyboard(rollout, title: title, imageIndex: index, scale: scale)
    try board.checkSize(for: file)
    guard let file else { return try watch(board, title: "dreamer imagine: \(task)") }
    try board.write(to: file, framesPerSecond: fps ?? Self.usualRate)
    try StandardOutput.print(
      "\(ForeignText.visible(file.url.relativePath)): \(rollout.sequences) episodes of \(title), "
        + "\(rollout.observed) steps observed, \(rollout.steps - rollout.observed) imagined")
  }

  private func watch(_ board: Storyboard, title: String) throws {
    Interruption.note()
    let frame = board.frame(step: 0)
    // With a line of the player's below.
    let window = try Window(title: title, width: frame.width + 8, height: frame.height + 40)
    _ = try show(StoryboardFilm(board, framesPerSecond: fps ?? Self.usualRate), in: window)
    if let signal = Interruption.signalNumber { throw ExitCode(signal: signal) }
  }

  private static let usualRate = 5.0

  private func imageIndex(_ trained: TrainedAgent) throws -> Int {
    let names = trained.agent.spaces.filter(\.isImage).map(\.name)
    guard let image, !names.isEmpty else { return 0 }
    guard let index = names.firstIndex(of: image) else {
      throw UsageError(
        "the world has no image “\(image)”, but \(names.joined(separator: ", "))")
    }
    return index
  }

  private func rollout(_ trained: TrainedAgent) throws -> Rollout {
    do {
      return try trained.rollout(plan, of: recorded(trained))
    } catch let error as RolloutError {
      guard case .shortEpisode(_, _, let number?) = error else { throw error }
      throw UsageError("\(episode[number]): \(error)")
    }
  }

  private func recorded(_ trained: TrainedAgent) throws -> [EpisodeRecord]? {
    guard !episode.isEmpty else { return nil }
    let world = try trained.makeEnvironment()
    return try episode.map {
      try EpisodeRecord(contentsOf: URL(fileURLWithPath: $0), of: world)
    }
  }

  // MARK: errors

  private static func text(_ result: OpenLoopError, _ trained: TrainedAgent) -> String {
    let header =
      "\(trained.configuration.task) after \(trained.step) steps: mean squared error of pixels in "
      + "0...1\nahead  stretches   imagined  last frame  mean frame"
    let lines = result.horizons.map { horizon in
      String(
        format: "%5d  %9d  %9.6f  %10.6f  %10.6f", horizon.steps, horizon.count, horizon.model,
        horizon.copy, horizon.mean)
    }
    let verdict =
      result.isBelowGuesses
      ? "what is imagined is nearer than both guesses at every horizon"
      : "what is imagined is not nearer than both guesses at every horizon"
    return ([header] + lines + [verdict]).joined(separator: "\n")
  }

  private static func json(_ result: OpenLoopError) -> String {
    func list(_ value: (OpenLoopError.Horizon) -> Double) -> String {
      // JSON knows no infinities.
      let texts = result.horizons.map { value($0).isFinite ? "\(value($0))" : "null" }
      return "[" + texts.joined(separator: ", ") + "]"
    }
    let members = [
      "\"horizon\": \(result.horizons.map(\.steps))",
      "\"stretches\": \(result.horizons.map(\.count))",
      "\"imagined\": \(list(\.model))", "\"last_frame\": \(list(\.copy))",
      "\"mean_frame\": \(list(\.mean))", "\"below_guesses\": \(result.isBelowGuesses)",
    ]
    return "{\(members.joined(separator: ", "))}"
  }
}

extension EpisodePolicy: ExpressibleByArgument {}
