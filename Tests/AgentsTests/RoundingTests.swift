import Agents
import Autodiff
import Distributions
import Kernels
import Randomness
import TestSupport
import Testing
import WorldModels

/// What is said of the reference here was measured with its own code; see `Rounding`.
@Suite("trap 11: imagined rewards and values are rounded as the reference's are")
struct RoundingTests {
  /// `n` distributions over the reference's 255 bins with equal logits: means of exactly 0.
  private func means(
    _ n: Int, scale: Float = 2.4e-8, draws: DrawSource = .random(Key(seed: 3)), step: Int = 0,
    head: String = "reward", first: Int = 0
  ) -> [Float] {
    let fixture = TapeFixture()
    let logits = fixture.tracked([Float](repeating: 0, count: n * 255), rows: n)
    let distribution = TwoHotDistribution(
      logits: logits, bins: keptRegion(TwoHotHead.bins(255)), fixture.tape)
    let target = fixture.tape.zeros(rows: n, columns: 1).values
    Rounding(scale: scale, draws: draws, step: step, numbering: RowNumbering(start: first))
      .copyMean(of: distribution, head, to: target, fixture.tape)
    return target.array
  }

  /// The terms of equal probabilities are 1/255 of the bins, whose root of the sum of squares is
  /// 4.85165e8 / √(1 - exp(-2 · 20/127)) = 9.33e8: 2.4e-8 of it over 255 is 0.0878.
  @Test("a new head's predictions scatter by 0.088, with no bias")
  func size() {
    let means = means(4000)
    let average = means.reduce(0, +) / 4000
    let deviation = (means.reduce(0) { $0 + $1 * $1 } / 4000).squareRoot()
    // Standard errors: 0.0014 and 0.001.
    #expect(abs(average) < 0.006)
    #expect(abs(deviation - 0.0878) < 0.005)
  }

  @Test("fixed draws and a scale of 0 leave the means exact")
  func exact() {
    #expect(means(3, draws: .mode) == [0, 0, 0])
    #expect(means(3, draws: .fixed(deviations: 0.5)) == [0, 0, 0])
    #expect(means(3, scale: 0) == [0, 0, 0])
  }

  @Test("an error belongs to a head, a step and a row of the whole batch, however it is cut")
  func addressed() {
    let whole = means(5)
    #expect(whole == means(5))
    #expect(Set(whole).count == 5)
    #expect(means(2, first: 3) == Array(whole.suffix(2)))
    #expect(Set(whole).isDisjoint(with: means(5, step: 1)))
    #expect(Set(whole).isDisjoint(with: means(5, head: "value")))
    #expect(Set(whole).isDisjoint(with: means(5, draws: .random(Key(seed: 4)))))
  }

  /// The reward and both critics of a new agent predict exactly 0: what advantages there are, rounding
  /// is the whole of them.
  @Test("an untrained agent's advantages scatter, and with exact means they are 0")
  func advantages() throws {
    func scatter(_ change: (inout AgentConfiguration) -> Void) throws -> Float {
      let learner = try PointWorld.makeLearner { configuration in
        (configuration.rewhead.bins, configuration.value.bins) = (255, 255)
        change(&configuration)
      }
      let result = try learner.train(
        PointWorld.batch(learner.agent), draws: .random(Key(seed: 1)),
        pool: WorkerPool(threads: 1))
      return try #require(result.metrics.first { $0.name == "adv_std" }).value
    }
    let rounded = try scatter { _ in }
    #expect((0.04...0.3).contains(rounded), "\(rounded)")
    #expect(try scatter { $0.imagLoss.rounding = 0 } == 0)
  }
}
