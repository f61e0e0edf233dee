import Agents
import EnvironmentInterface
import Randomness

/// Some episodes of an evaluation that are played together, from their first step until the last of
/// them has ended.
final class EvaluationParty {
  /// One episode.
  struct Game {
    fileprivate var observation: Observation
    private(set) var score = 0.0
    /// Environment steps.
    private(set) var length = 0
    private(set) var success: Bool?
    fileprivate private(set) var hasEnded = false

    fileprivate init(observation: Observation) { self.observation = observation }

    fileprivate mutating func take(_ step: Step) {
      score += step.reward
      length += 1
      success = step.success
      hasEnded = step.isLast
    }
  }

  /// The games, or what went wrong.
  private(set) var outcome: Result<[Game], any Error> = .success([])
  private let agent: Agent
  private let plan: EvaluationPlan
  private let episodes: Range<Int>

  init(_ agent: Agent, _ plan: EvaluationPlan, episodes: Range<Int>) {
    self.agent = agent
    self.plan = plan
    self.episodes = episodes
  }

  func play(in makeEnvironment: () throws -> any Environment, _ progress: () -> Void) {
    outcome = Result { try played(in: makeEnvironment, progress) }
  }

  private func played(
    in makeEnvironment: () throws -> any Environment, _ progress: () -> Void
  ) throws -> [Game] {
    let worlds = try episodes.map { _ in try makeEnvironment() }
    var games = worlds.map { Game(observation: $0.makeObservation()) }
    let environments = EnvironmentVector(worlds)
    let policy = ActingPolicy(agent, count: games.count)
    let key = EvaluationPlan.key(seed: plan.seed)
    let draws: DrawSource = plan.usesMode ? .mode : .random(key.fold("policy"))
    func run(_ commands: [EnvironmentVector.Command?]) throws -> [Step?] {
      try environments.run(commands) { swap(&games[$0].observation, &$1) }
    }

    _ = try run(episodes.map { .begin(EvaluationPlan.episodesKey(seed: plan.seed).fold($0)) })
    var time = 0
    while !games.allSatisfy(\.hasEnded) {
      // Games that have ended stand still, and what is decided for them is not done.
      let decision = try policy.act(
        games.map { plan.blanksFrames ? $0.observation.blanked : $0.observation },
        isFirst: games.map { _ in time == 0 }, draws: draws, step: time,
        firstRow: episodes.lowerBound)
      time += 1
      let steps = try run(
        games.indices.map { games[$0].hasEnded ? nil : .act(decision.actions[$0]) })
      for (index, step) in steps.enumerated() {
        guard let step else { continue }
        games[index].take(step)
        if step.isLast { progress() }
      }
    }
    return games
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
