import Agents
import ArgumentParser
import Foundation
import Kernels
import Training

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Play episodes with a trained agent and tell what they return.",
    discussion: """
      Episode e is the same world for every agent: it depends on the seed and on e alone.

      Example: dreamer evaluate runs/first --episodes 100
               dreamer evaluate runs/first/checkpoints/4000 --mode --json
      """)

  @Argument(
    help: ArgumentHelp(
      "A run's folder, for its newest checkpoint, or a checkpoint's folder.", valueName: "run"))
  var folder: String

  @Option(help: "Episodes to play (default: the run's run.eval_eps).")
  var episodes: Int?

  @Option(help: "The root of the worlds' and the agent's randomness.")
  var seed = 0

  @Flag(
    exclusivity: .exclusive,
    help: "Do what is most likely, or draw from what the agent would do.")
  var choice: Choice = .sample

  @Flag(help: "Show the agent only black images: what it earns then does not come from seeing.")
  var blank = false

  @Flag(help: "Print one JSON object.")
  var json = false

  enum Choice: String, EnumerableFlag {
    case mode
    case sample
  }

  func validate() throws {
    if let episodes, episodes < 1 { throw ValidationError("--episodes must be at least 1") }
  }

  func run() throws {
    let trained = try TrainedAgent(contentsOf: URL(fileURLWithPath: folder))
    var plan = EvaluationPlan(trained.configuration.run)
    plan.episodes = episodes ?? plan.episodes
    plan.seed = seed
    plan.usesMode = choice == .mode
    plan.blanksFrames = blank
    let pool = WorkerPool(threads: trained.configuration.run.threads)
    let evaluation = try trained.agent.evaluate(in: trained.makeEnvironment, plan, pool: pool)
    print(json ? Self.json(evaluation) : Self.text(evaluation, trained))
  }

  private static func text(_ evaluation: Evaluation, _ trained: TrainedAgent) -> String {
    var lines = [
      "\(trained.configuration.task) after \(trained.step) steps, "
        + "\(evaluation.returns.count) episodes",
      String(
        format: "return   mean %.3f, median %.3f, standard deviation %.3f", evaluation.mean,
        evaluation.median, evaluation.deviation),
      String(format: "length   mean %.1f steps", evaluation.meanLength),
    ]
    if let rate = evaluation.successRate {
      lines.append(String(format: "success  %.1f %%", 100 * rate))
    }
    return lines.joined(separator: "\n")
  }

  private static func json(_ evaluation: Evaluation) -> String {
    let members = [
      "\"episodes\": \(evaluation.returns.count)", "\"returns\": \(evaluation.returns)",
      "\"lengths\": \(evaluation.lengths)", "\"mean\": \(evaluation.mean)",
      "\"median\": \(evaluation.median)", "\"std\": \(evaluation.deviation)",
      "\"success_rate\": \(evaluation.successRate.map { "\($0)" } ?? "null")",
    ]
    return "{\(members.joined(separator: ", "))}"
  }
}
