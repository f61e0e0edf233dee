import Agents
import EnvironmentInterface
import Foundation
import Kernels
import Randomness

/// The returns of an agent in some episodes.
public struct Evaluation: Sendable, Equatable {
  public var returns: [Double]
  /// Environment steps.
  public var lengths: [Int]
  /// Whether each episode succeeded; nil where the world defines no success.
  public var successes: [Bool?]

  public var mean: Double { returns.reduce(0, +) / Double(max(returns.count, 1)) }

  /// The mean of the environment steps of an episode.
  public var meanLength: Double { Double(lengths.reduce(0, +)) / Double(max(lengths.count, 1)) }

  public var median: Double {
    let sorted = returns.sorted()
    guard let last = sorted.indices.last else { return 0 }
    return (sorted[last / 2] + sorted[(last + 1) / 2]) / 2
  }

  /// The standard deviation of the episodes, not of their mean.
  public var deviation: Double {
    let squares = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(max(returns.count, 1))).squareRoot()
  }

  /// The share of episodes that succeeded; nil where the world defines no success.
  public var successRate: Double? {
    let known = successes.compactMap { $0 }
    guard !known.isEmpty else { return nil }
    return Double(known.count { $0 }) / Double(known.count)
  }
}

/// How to evaluate.
public struct EvaluationPlan: Sendable, Equatable {
  public var episodes: Int
  /// Episodes that are played at the same time. Draws are addressed by it: another number gives
  /// other draws.
  public var environments: Int
  public var seed = 0
  /// Whether the agent does what is most likely, instead of drawing.
  public var usesMode = false
  /// Whether the agent sees only black frames: what it then earns does not come from seeing.
  public var blanksFrames = false

  /// `run.eval_eps` episodes in `run.eval_envs` environments.
  public init(_ configuration: RunConfiguration) {
    episodes = configuration.evalEps
    environments = configuration.evalEnvs
  }
}

extension Agent {
  /// Plays episodes and changes nothing. Episode `e` has a world of its own from the seed and `e`.
  ///
  /// - Parameter progress: is called with the number of episodes that have ended.
  public func evaluate(
    in makeEnvironment: () throws -> any Environment, _ plan: EvaluationPlan,
    pool: WorkerPool? = nil, progress: (Int) -> Void = { _ in }
  ) throws -> Evaluation {
    let worlds = try (0..<min(plan.environments, plan.episodes)).map { _ in
      try makeEnvironment()
    }
    var games = worlds.map { Game(observation: $0.makeObservation()) }
    let environments = EnvironmentVector(worlds, pool: pool)
    func run(_ commands: [EnvironmentVector.Command?]) throws -> [Step?] {
      try environments.run(commands) { swap(&games[$0].observation, &$1) }
    }
    let key = Key(seed: UInt64(bitPattern: Int64(plan.seed))).fold("evaluation")
    let policy = ActingPolicy(self, count: games.count)
    let draws: DrawSource = plan.usesMode ? .mode : .random(key.fold("policy"))
    var results = [Game.Result?](repeating: nil, count: plan.episodes)
    var (started, step) = (0, 0)
    while results.contains(where: { $0 == nil }) {
      _ = try run(
        games.indices.map { index in
          guard games[index].needsEpisode else { return nil }
          defer { started += 1 }
          games[index].begin(episode: started)
          return .begin(key.fold("episode").fold(started))
        })
      let decision = try policy.act(
        games.map { plan.blanksFrames ? $0.observation.blanked : $0.observation },
        isFirst: games.map(\.isFirst), draws: draws, step: step)
      step += 1
      let steps = try run(decision.actions.map { .act($0) })
      for index in games.indices {
        if let step = steps[index] { games[index].take(step) }
        if games[index].needsEpisode, games[index].episode < plan.episodes {
          results[games[index].episode] = games[index].result
          progress(results.count { $0 != nil })
        }
      }
    }
    let played = results.compactMap { $0 }
    return Evaluation(
      returns: played.map(\.score), lengths: played.map(\.length),
      successes: played.map(\.success))
  }
}

/// The episode of one environment of an evaluation.
private struct Game {
  struct Result: Equatable {
    var score = 0.0
    var length = 0
    var success: Bool?
  }

  var observation: Observation
  private(set) var episode = 0
  private(set) var isFirst = true
  private(set) var needsEpisode = true
  private(set) var result = Result()

  init(observation: Observation) { self.observation = observation }

  mutating func begin(episode: Int) {
    self.episode = episode
    result = Result()
    (isFirst, needsEpisode) = (true, false)
  }

  mutating func take(_ step: Step) {
    isFirst = false
    result.score += step.reward
    result.length += 1
    result.success = step.success
    needsEpisode = step.isLast
  }
}

extension Observation {
  /// The same with black images.
  var blanked: Observation {
    var blank = self
    blank.images = images.map { Array(repeating: 0, count: $0.count) }
    return blank
  }
}
