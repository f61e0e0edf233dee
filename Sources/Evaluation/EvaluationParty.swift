import Agents
import EnvironmentInterface

/// Some episodes of an evaluation that one thread plays together to their ends.
final class EvaluationParty {
  /// The games, or what went wrong.
  private(set) var outcome: Result<[EvaluationGames.Game], any Error> = .success([])
  private let agent: Agent
  private let plan: EvaluationPlan
  private let episodes: Range<Int>

  init(_ agent: Agent, _ plan: EvaluationPlan, episodes: Range<Int>) {
    self.agent = agent
    self.plan = plan
    self.episodes = episodes
  }

  /// - Parameters:
  ///   - isStopped: is asked before each step.
  ///   - progress: is called when an episode has ended.
  func play(
    in makeEnvironment: () throws -> any Environment, until isStopped: () -> Bool,
    _ progress: () -> Void
  ) {
    outcome = Result {
      if isStopped() { throw EvaluationStopped() }
      let games = try EvaluationGames(agent, plan, episodes: episodes, in: makeEnvironment)
      while !games.hasEnded {
        if isStopped() { throw EvaluationStopped() }
        for _ in 0..<(try games.step()) { progress() }
      }
      return games.games
    }
  }
}
