import Agents
import EnvironmentInterface
import Randomness
import TrainedAgents
import Worlds

/// Some episodes of an evaluation that are played together, from their first step until the last of
/// them has ended. Belongs to one thread.
package final class EvaluationGames {
  /// One episode.
  package struct Game {
    fileprivate var observation: Observation
    package private(set) var score = 0.0
    /// Environment steps.
    package private(set) var length = 0
    package private(set) var success: Bool?
    fileprivate var reward: Float = 0
    fileprivate private(set) var hasEnded = false

    fileprivate init(observation: Observation) { self.observation = observation }

    fileprivate mutating func take(_ step: Step) {
      reward = Float(step.reward)
      score += step.reward
      length += 1
      success = step.success
      hasEnded = step.isLast
    }
  }

  package private(set) var games: [Game]
  private let plan: EvaluationPlan
  private let episodes: Range<Int>
  private let environments: EnvironmentVector
  private let policy: ActingPolicy
  private let draws: DrawSource
  private var actions: [Action] = []
  private var time = 0

  /// Begins all episodes, and lets the agent decide what it does first.
  ///
  /// - Parameter episodes: their numbers.
  /// - Throws: `EnvironmentError`, `NonFiniteState`.
  package init(
    _ agent: Agent, _ plan: EvaluationPlan, episodes: Range<Int>,
    in makeEnvironment: () throws -> any Environment
  ) throws {
    let worlds = try episodes.map { _ in try makeEnvironment() }
    games = worlds.map { Game(observation: $0.makeObservation()) }
    (self.plan, self.episodes) = (plan, episodes)
    environments = EnvironmentVector(worlds)
    policy = ActingPolicy(agent, count: worlds.count)
    let key = EvaluationPlan.key(seed: plan.seed)
    draws = plan.usesMode ? .mode : .random(key.fold("policy"))
    _ = try run(episodes.map { .begin(EvaluationPlan.episodesKey(seed: plan.seed).fold($0)) })
    try decide()
  }

  package var hasEnded: Bool { games.allSatisfy(\.hasEnded) }

  /// Goes one step on in all games that have not ended.
  ///
  /// - Returns: how many of them end with it.
  /// - Throws: `EnvironmentError`, `NonFiniteState`.
  package func step() throws -> Int {
    let steps = try run(games.indices.map { games[$0].hasEnded ? nil : .act(actions[$0]) })
    for (index, step) in steps.enumerated() {
      if let step { games[index].take(step) }
    }
    if !hasEnded { try decide() }
    return steps.count { $0?.isLast == true }
  }

  /// How a game stands.
  package func moment(of index: Int) -> AgentMoment {
    let game = games[index]
    return AgentMoment(
      episode: episodes.lowerBound + index + 1, step: game.length, observation: game.observation,
      reward: game.reward, earned: game.score, isLast: game.hasEnded, success: game.success,
      latents: game.hasEnded ? nil : policy.latents(of: index),
      action: game.hasEnded ? nil : actions[index])
  }

  private func run(_ commands: [EnvironmentVector.Command?]) throws -> [Step?] {
    try environments.run(commands) { swap(&games[$0].observation, &$1) }
  }

  /// Games that have ended stand still, and what is decided for them is not done.
  private func decide() throws {
    actions = try policy.act(
      games.map { plan.blanksFrames ? $0.observation.blanked : $0.observation },
      isFirst: games.map { _ in time == 0 }, draws: draws, step: time,
      firstRow: episodes.lowerBound
    ).actions
    time += 1
  }
}

extension Observation {
  /// The same with black images.
  fileprivate var blanked: Observation {
    var blank = self
    blank.images = images.map { Array(repeating: 0, count: $0.count) }
    return blank
  }
}
