import Agents
import EnvironmentInterface
import Kernels
import Randomness
import Synchronization
import Testing
import Training

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
  ) throws -> Evaluation {
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
  private func evaluation(_ returns: [Double], successes: [Bool?]? = nil) -> Evaluation {
    Evaluation(
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
  func coin() {
    // The mean of 400 throws has a standard error of 0.025, and so 0.451 to 0.549; with 2000 draws
    // the ends are known to 0.002.
    let throwsOfCoin = (0..<400).map { Double($0 % 2) }
    let intervals = evaluation(throwsOfCoin, successes: throwsOfCoin.map { $0 == 1 })
      .intervals(seed: 0)
    #expect(abs(intervals.mean.lowerBound - 0.451) < 0.006)
    #expect(abs(intervals.mean.upperBound - 0.549) < 0.006)
    #expect(intervals.successRate == intervals.mean)
  }

  @Test("an outlier moves the mean's interval and not the middle's")
  func outlier() {
    let returns = (0..<40).map { _ in 1.0 } + [1000]
    let intervals = evaluation(returns).intervals(seed: 0)
    #expect(intervals.mean.upperBound > 50)
    #expect(intervals.interquartileMean == 1...1)
  }

  @Test("one episode, or episodes that are all the same, leave a point")
  func points() {
    #expect(evaluation([0.25]).intervals(seed: 0).mean == 0.25...0.25)
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
