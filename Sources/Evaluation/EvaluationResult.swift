import Agents
import EnvironmentInterface
import Kernels
import Randomness
import TrainedAgents

/// The returns of an agent in some episodes.
public struct EvaluationResult: Sendable, Equatable {
  /// The sum of each episode's rewards.
  public var returns: [Double]
  /// Environment steps.
  public var lengths: [Int]
  /// Whether each episode succeeded; nil where the world defines no success.
  public var successes: [Bool?]

  /// An entry for each episode, in the same order in all three.
  public init(returns: [Double], lengths: [Int], successes: [Bool?]) {
    self.returns = returns
    self.lengths = lengths
    self.successes = successes
  }

  /// The results of games that have ended.
  package init(_ games: [EvaluationGames.Game]) {
    self.init(
      returns: games.map(\.score), lengths: games.map(\.length), successes: games.map(\.success))
  }

  /// Adds the results of other episodes.
  public static func += (evaluation: inout EvaluationResult, other: EvaluationResult) {
    evaluation.returns += other.returns
    evaluation.lengths += other.lengths
    evaluation.successes += other.successes
  }

  /// The mean return; 0 where there are no episodes.
  public var mean: Double { returns.reduce(0, +) / Double(max(returns.count, 1)) }

  /// The mean of the environment steps of an episode.
  public var meanLength: Double { Double(lengths.reduce(0, +)) / Double(max(lengths.count, 1)) }

  /// The median return, of an even number of episodes the mean of the two in the middle; 0 where
  /// there are no episodes.
  public var median: Double {
    let sorted = returns.sorted()
    guard let last = sorted.indices.last else { return 0 }
    return (sorted[last / 2] + sorted[(last + 1) / 2]) / 2
  }

  /// The standard deviation of the episodes, not of their mean; nil of a single one.
  public var deviation: Double? {
    guard returns.count > 1 else { return nil }
    let squares = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(returns.count)).squareRoot()
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
  /// Episodes in all.
  public var episodes: Int
  /// Episodes that one thread plays together; at least 1.
  public var environments: Int
  /// The root of the worlds' and the agent's randomness.
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

  static func key(seed: Int) -> Key {
    Key(seed: UInt64(bitPattern: Int64(seed))).fold("evaluation")
  }

  /// The key of the worlds of a seed: that of episode `e` is its `fold(e)`.
  public static func episodesKey(seed: Int) -> Key { key(seed: seed).fold("episode") }
}

/// Somebody wanted an evaluation to stop before its end.
public struct EvaluationStopped: Error, CustomStringConvertible {
  /// That it stopped, and what to do about it.
  public var description: String { "the evaluation was stopped; begin it again" }
}

extension Agent {
  /// Plays episodes and changes nothing. Episode `e` has a world of its own from the seed and `e`,
  /// and so have the agent's draws in it.
  ///
  /// Episodes are cut into parties of `plan.environments` that are played together, each on one thread
  /// of the pool: the threads' number changes nothing.
  ///
  /// - Parameters:
  ///   - pool: nil for playing on the caller's thread alone.
  ///   - isStopped: is asked before each step, from any thread.
  ///   - progress: is called when an episode has ended, from any thread.
  /// - Throws: the error of the first party that has one: `EnvironmentError`, `NonFiniteState`,
  ///   ``EvaluationStopped``.
  public func evaluate(
    in makeEnvironment: @escaping @Sendable () throws -> any Environment, _ plan: EvaluationPlan,
    pool: WorkerPool? = nil, until isStopped: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable () -> Void = {}
  ) throws -> EvaluationResult {
    let starts = stride(from: 0, to: plan.episodes, by: plan.environments).map { $0 }
    let parties = Workspaces(count: starts.count) { index in
      let end = min(starts[index] + plan.environments, plan.episodes)
      return EvaluationParty(self, plan, episodes: starts[index]..<end)
    }
    (pool ?? WorkerPool(threads: 1)).run(parties) { party, _ in
      party.play(in: makeEnvironment, until: isStopped, progress)
    }
    return EvaluationResult(try parties.map { try $0.outcome.get() }.flatMap { $0 })
  }
}
