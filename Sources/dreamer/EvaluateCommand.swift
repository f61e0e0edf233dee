import Agents
import ArgumentParser
import CommandSupport
import Evaluation
import Files
import Foundation
import Kernels
import Pictures
import Sessions
import TrainedAgents
import Viewer

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Play episodes with a trained agent and tell what they return.",
    discussion: """
      Episode e is the same world for every agent: it depends on the seed and on e alone. Intervals \
      are 95 % of a bootstrap over the episodes, of which one alone has none; of the success rate, \
      Wilson's. The number of threads changes no result.

      Example: dreamer evaluate runs/first --episodes 100
               dreamer evaluate runs/first --episodes 20 --rows
               dreamer evaluate runs/first/checkpoints/4000 --mode --json
               dreamer evaluate runs/first --episodes 5 --window
               dreamer evaluate runs/first --episodes 3 --out episodes.gif
      """)

  @Argument(
    help: ArgumentHelp(
      "A run's folder, for its newest checkpoint, or a checkpoint's folder.", valueName: "run"))
  var folder: String

  @Option(parsing: .unconditional, help: "Episodes to play (default: the run's run.eval_eps).")
  var episodes: Int?

  @Option(parsing: .unconditional, help: "The root of the worlds' and the agent's randomness.")
  var seed = 0

  @Option(
    parsing: .unconditional,
    help: "Computing threads; 0 for all cores that it may use (default: the run's run.threads).")
  var threads: Int?

  @Flag(
    exclusivity: .exclusive,
    help: "Do what is most likely, or draw from what the agent would do.")
  var choice: Choice = .sample

  @Flag(help: "Show the agent only black images: what it earns then does not come from seeing.")
  var blank = false

  @Flag(help: "Print a row for each episode too.")
  var rows = false

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(
    help: """
      Show the episodes one after the other in a window, the agent's dream beside; closed early, the \
      results are those of the episodes that have ended.
      """)
  var window = false

  @Option(
    help: ArgumentHelp(
      "Where a film of the episodes goes, the agent's dream beside: a moving picture (.gif, or .mp4 "
        + "with an installed ffmpeg), frames of each episode in one picture (.png), or a folder of "
        + "frames (a name that ends in /). One thread plays, for the same results.",
      valueName: "file"))
  var out: String?

  @Option(help: "With --window or --out: steps that it shows in a second (default 10).")
  var fps: Double?

  enum Choice: String, EnumerableFlag {
    case mode
    case sample
  }

  func validate() throws {
    try requireText(folder, "<run>")
    if let episodes, !(1...1_000_000).contains(episodes) {
      throw ValidationError("--episodes must be 1 to 1000000")
    }
    if let out { try requireText(out, "--out") }
    if window, out != nil { throw ValidationError("--window goes without --out") }
    if window, threads != nil {
      throw ValidationError("--threads goes without --window, which plays in one thread")
    }
    if let fps {
      guard window || out != nil else { throw ValidationError("--fps goes with --window or --out") }
      guard out == nil || 0.1...50 ~= fps else {
        throw ValidationError("--fps must be 0.1 to 50 with --out")
      }
      guard fps > 0, fps <= 1000 else {
        throw ValidationError("--fps must be above 0 and at most 1000")
      }
    }
    if let threads, !(0...1024).contains(threads) {
      throw ValidationError("--threads must be 0 to 1024")
    }
  }

  func run() throws {
    let file = try out.map(PictureFile.init(path:))
    try file?.checkProgram()
    let trained = try TrainedAgent(contentsOf: URL(fileURLWithPath: folder))
    if blank, !trained.agent.spaces.contains(where: \.isImage) {
      throw UsageError("--blank has no effect: the agent is shown no images; leave it out")
    }
    var plan = EvaluationPlan(trained.configuration.run)
    plan.episodes = episodes ?? plan.episodes
    plan.seed = seed
    plan.usesMode = choice == .mode
    plan.blanksFrames = blank
    if let file { return try film(trained, plan, to: file) }
    try tell(window ? watch(trained, plan) : evaluate(trained, plan), of: trained)
  }

  private func tell(_ evaluation: EvaluationResult, of trained: TrainedAgent) throws {
    let summary = EvaluationSummary(evaluation, seed: seed, withRows: rows)
    try StandardOutput.print(json ? summary.json : summary.text(trained))
  }

  /// The results are told first. What is in the way of either takes nothing from the other.
  private func film(
    _ trained: TrainedAgent, _ plan: EvaluationPlan, to file: PictureFile
  ) throws {
    var reel = try EvaluationReel(
      of: trained, plan, for: file, framesPerSecond: fps ?? Self.usualRate)
    let progress = EvaluationProgress(of: plan.episodes)
    let evaluation = try reel.play(progress: progress.advance)
    progress.finish()
    let telling = Result { try tell(evaluation, of: trained) }
    try reel.write()
    if !json {
      try StandardOutput.print(
        "\(ForeignText.visible(file.url.relativePath)): a film of \(evaluation.returns.count) episodes"
      )
    }
    if reel.isCut {
      StandardError.print(
        "note: \(file.url.relativePath) shows the first episodes only, as many as there is room for"
      )
    }
    try telling.get()
  }

  private static let usualRate = 10.0

  private func evaluate(_ trained: TrainedAgent, _ plan: EvaluationPlan) throws -> EvaluationResult
  {
    let progress = EvaluationProgress(of: plan.episodes)
    let pool = WorkerPool(threads: threads ?? trained.configuration.run.threads)
    defer { progress.finish() }
    return try trained.agent.evaluate(
      in: trained.makeEnvironment, plan, pool: pool, progress: progress.advance)
  }

  private func watch(_ trained: TrainedAgent, _ plan: EvaluationPlan) throws -> EvaluationResult {
    Interruption.note()
    let film = try EvaluationFilm(of: trained, plan, framesPerSecond: fps ?? Self.usualRate)
    let window = try Window(
      title: "dreamer evaluate: \(trained.configuration.task)", width: 760, height: 640)
    let shown = try show(film, in: window)
    if let signal = Interruption.signalNumber { throw ExitCode(signal: signal) }
    guard !shown.evaluation.returns.isEmpty else {
      throw UsageError("the window was closed before an episode had ended: there are no results")
    }
    return shown.evaluation
  }
}
