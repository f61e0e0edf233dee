import Agents
import ArgumentParser
import Foundation
import Kernels
import Sessions
import Training
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
    help: "Computing threads; 0 for all cores (default: the run's run.threads).")
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

  @Option(help: "With --window: steps that it shows in a second (default 10).")
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
    if window, threads != nil {
      throw ValidationError("--threads goes without --window, which plays in one thread")
    }
    if let fps {
      guard window else { throw ValidationError("--fps goes with --window") }
      guard fps > 0, fps <= 1000 else {
        throw ValidationError("--fps must be above 0 and at most 1000")
      }
    }
    if let threads, !(0...1024).contains(threads) {
      throw ValidationError("--threads must be 0 to 1024")
    }
  }

  func run() throws {
    let trained = try TrainedAgent(contentsOf: URL(fileURLWithPath: folder))
    if blank, !trained.agent.spaces.contains(where: \.isImage) {
      throw UsageError("--blank has no effect: the agent is shown no images; leave it out")
    }
    var plan = EvaluationPlan(trained.configuration.run)
    plan.episodes = episodes ?? plan.episodes
    plan.seed = seed
    plan.usesMode = choice == .mode
    plan.blanksFrames = blank
    let evaluation = try window ? watch(trained, plan) : evaluate(trained, plan)
    let summary = EvaluationSummary(evaluation, seed: seed, withRows: rows)
    try StandardOutput.print(json ? summary.json : summary.text(trained))
  }

  private func evaluate(_ trained: TrainedAgent, _ plan: EvaluationPlan) throws -> Evaluation {
    let progress = EvaluationProgress(of: plan.episodes)
    let pool = WorkerPool(threads: threads ?? trained.configuration.run.threads)
    defer { progress.finish() }
    return try trained.agent.evaluate(
      in: trained.makeEnvironment, plan, pool: pool, progress: progress.advance)
  }

  private func watch(_ trained: TrainedAgent, _ plan: EvaluationPlan) throws -> Evaluation {
    Interruption.begin()
    let film = try EvaluationFilm(of: trained, plan, framesPerSecond: fps ?? 10)
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
