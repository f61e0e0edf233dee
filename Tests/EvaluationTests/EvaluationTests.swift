import Agents
import Configuration
import EnvironmentInterface
import Evaluation
import Kernels
import Randomness
import Synchronization
import TestSupport
import Testing
import TrainedAgents
import Worlds

@Suite("Evaluation")
struct EvaluationTests {
  private let configuration: TrainingConfiguration
  private let agent: Agent

  init() throws {
    configuration = try TrainingConfiguration.resolve(
      task: "gridworld/Empty-5x5", presets: ["debug"]
    ).configuration
    let world = try EnvironmentRegistry.make(configuration.task, configuration.env)
    agent = try Agent(
      configuration.agent, spaces: world.observationSpaces, actionSpace: world.actionSpace,
      key: Key(seed: 3))
  }

  private func evaluate(
    episodes: Int, together: Int = 4, seed: Int = 0, threads: Int = 1, usesMode: Bool = false,
    progress: @escaping @Sendable () -> Void = {}
  ) throws -> EvaluationResult {
    var plan = EvaluationPlan(configuration.run)
    plan.episodes = episodes
    plan.environments = together
    plan.seed = seed
    plan.usesMode = usesMode
    return try agent.evaluate(
      in: { [configuration] in try EnvironmentRegistry.make(configuration.task, configuration.env)
      },
      plan, pool: WorkerPool(threads: threads), progress: progress)
  }

  @Test("the number of threads changes nothing", arguments: [2, 3])
  func threads(count: Int) throws {
    #expect(try evaluate(episodes: 11, threads: count) == evaluate(episodes: 11))
  }

  @Test("an episode depends neither on how many there are nor on how many are played together")
  func independence() throws {
    let many = try evaluate(episodes: 11)
    let few = try evaluate(episodes: 5, together: 3)
    #expect(Array(many.returns.prefix(5)) == few.returns)
    #expect(Array(many.lengths.prefix(5)) == few.lengths)
    #expect(Set(many.lengths).count > 1)
  }

  @Test("another seed, or the mode, is something else")
  func seeds() throws {
    let drawn = try evaluate(episodes: 8)
    #expect(try evaluate(episodes: 8, seed: 1) != drawn)
    #expect(try evaluate(episodes: 8, usesMode: true) != drawn)
    #expect(try evaluate(episodes: 8, usesMode: true) == evaluate(episodes: 8, usesMode: true))
  }

  @Test("every episode is counted once as it ends")
  func progress() throws {
    let ended = EndedEpisodes()
    _ = try evaluate(episodes: 7, threads: 2) { ended.count.add(1, ordering: .relaxed) }
    #expect(ended.count.load(ordering: .relaxed) == 7)
  }

  private final class EndedEpisodes: Sendable {
    let count = Atomic<Int>(0)
  }

  @Test("a world that cannot be made is an error")
  func unknownWorld() throws {
    let plan = EvaluationPlan(configuration.run)
    #expect(throws: UnknownEnvironment.self) {
      try agent.evaluate(
        in: { try EnvironmentRegistry.make("nowhere", EnvironmentConfigurations()) }, plan,
        pool: WorkerPool(threads: 2))
    }
  }
}

@Suite("Statistics of an evaluation")
struct EvaluationStatisticsTests {
  private func evaluation(_ returns: [Double], successes: [Bool?]? = nil) -> EvaluationResult {
    EvaluationResult(
      returns: returns, lengths: returns.map { _ in 1 },
      successes: successes ?? returns.map { _ in nil })
  }

  @Test(
    "a quarter of the returns, rounded down, is left out of the interquartile mean at each end",
    arguments: [
      ([8, 1, 7, 2, 6, 3, 5, 4], 4.5), ([100, 0, 1, 2, 3], 2), ([1, 2, 6], 3), ([7], 7),
    ] as [([Double], Double)])
  func interquartileMean(returns: [Double], mean: Double) {
    #expect(evaluation(returns).interquartileMean == mean)
  }

  @Test("intervals of a coin are as wide as its standard error says")
  func coin() throws {
    // The mean of 400 throws has a standard error of 0.025, and so 0.451 to 0.549; with 2000 draws
    // the ends are known to 0.002.
    let throwsOfCoin = (0..<400).map { Double($0 % 2) }
    let intervals = evaluation(throwsOfCoin, successes: throwsOfCoin.map { $0 == 1 })
      .intervals(seed: 0)
    let mean = try #require(intervals.mean)
    #expect(abs(mean.lowerBound - 0.451) < 0.006)
    #expect(abs(mean.upperBound - 0.549) < 0.006)
  }

  @Test("an outlier moves the mean's interval and not the middle's")
  func outlier() {
    let returns = (0..<40).map { _ in 1.0 } + [1000]
    let intervals = evaluation(returns).intervals(seed: 0)
    #expect((intervals.mean?.upperBound ?? 0) > 50)
    #expect(intervals.interquartileMean == 1...1)
  }

  @Test("one episode tells nothing of others")
  func oneEpisode() {
    let one = evaluation([0.25], successes: [true])
    #expect(one.deviation == nil)
    #expect(one.intervals(seed: 0).mean == nil)
    #expect(one.intervals(seed: 0).interquartileMean == nil)
    // 1 of 1 by hand: the square of 1.959964 is 3.841459, and 1 / 4.841459 is 0.206549.
    let rate = one.intervals(seed: 0).successRate
    #expect(abs((rate?.lowerBound ?? 0) - 0.206549) < 1e-6 && rate?.upperBound == 1)
    #expect(evaluation([1, 3]).deviation == 1)
  }

  @Test(
    "a success rate has Wilson's interval, which has a width at the ends too",
    arguments: [
      // By hand: (p + z²/2n ± z·√(p(1 − p)/n + z²/4n²)) / (1 + z²/n) with z² = 3.841459.
      (0, 3, 0, 0.561497), (3, 3, 0.438503, 1), (100, 100, 0.963007, 1), (0, 100, 0, 0.036993),
      (1, 2, 0.094531, 0.905469), (200, 400, 0.451235, 0.548765),
    ] as [(Int, Int, Double, Double)])
  func wilson(successes: Int, count: Int, low: Double, high: Double) throws {
    let throwsOfCoin = (0..<count).map { $0 < successes }
    let intervals = evaluation(throwsOfCoin.map { $0 ? 1 : 0 }, successes: throwsOfCoin)
      .intervals(seed: 0)
    let interval = try #require(intervals.successRate)
    #expect(abs(interval.lowerBound - low) < 1e-6 && abs(interval.upperBound - high) < 1e-6)
    // Not merely near: no digit of rounding lets a rate below none or above all be.
    if successes == 0 { #expect(interval.lowerBound == 0) }
    if successes == count { #expect(interval.upperBound == 1) }
  }

  @Test("episodes that return the same leave a point of the mean")
  func points() {
    let same = evaluation([2, 2, 2]).intervals(seed: 0)
    #expect(same.mean == 2...2 && same.interquartileMean == 2...2 && same.successRate == nil)
  }

  @Test("the same seed gives the same intervals, another one others")
  func seeds() {
    let returns = (0..<50).map { Double($0 * $0 % 17) }
    #expect(evaluation(returns).intervals(seed: 4) == evaluation(returns).intervals(seed: 4))
    #expect(evaluation(returns).intervals(seed: 4) != evaluation(returns).intervals(seed: 5))
  }
}
