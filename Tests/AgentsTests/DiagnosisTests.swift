import Agents
import Kernels
import Randomness
import Testing

@Suite("What a report finds of a model")
struct DiagnosisTests {
  @Test("rewarded steps are known whose prediction is nearer to the reward than half of it")
  func recall() {
    #expect(rewardRecall(predicted: [0, 0.6, 0.4, -1.4, 5], actual: [1, 1, 1, -1, 0]) == 0.5)
    #expect(rewardRecall(predicted: [0, 0.5], actual: [1, 1]) == 0)
    #expect(rewardRecall(predicted: [1, 2], actual: [1, 2]) == 1)
    #expect(rewardRecall(predicted: [3, 4], actual: [0, 0]) == nil)
  }

  @Test("the loss of an imagined step is that of the sequences whose episode goes on")
  func horizon() {
    // Four steps of two sequences, two of them seen; the second sequence's episode ends before the
    // last.
    let losses: [Float] = [9, 9, 9, 9, 1, 3, 4, 100]
    var isFirst = [Bool](repeating: false, count: 8)
    (isFirst[0], isFirst[7]) = (true, true)
    #expect(horizonLosses(losses, isFirst: isFirst, sequences: 2, observed: 2) == [2, 4])
    isFirst[6] = true
    let none = horizonLosses(losses, isFirst: isFirst, sequences: 2, observed: 2)
    #expect(none[0] == 2 && none[1].isNaN)
  }

  @Test("a learnt model is surer of what it sees than of what it guesses, and errs more in time")
  func learnt() throws {
    let learner = try PointWorld.makeLearner { $0.dyn.rssm.freeNats = 0 }
    let batch = PointWorld.batch(learner.agent)
    let draws = DrawSource.random(Key(seed: 3))
    let before = learner.agent.diagnose(batch, draws: draws)
    let pool = WorkerPool(threads: 1)
    for update in 0..<400 {
      _ = try learner.train(batch, draws: .random(Key(seed: 1).fold(update)), pool: pool)
    }
    let values = learner.agent.parameters.values.array
    let after = learner.agent.diagnose(batch, draws: draws)
    #expect(learner.agent.parameters.values.array == values)
    let reconstruction = try #require(after.reconstructions.first { $0.name == "image" })
    #expect(reconstruction.posterior < reconstruction.prior)
    #expect(reconstruction.posterior < before.reconstructions.last?.posterior ?? 0)
    #expect(after.latents.activeCount > 0)
    #expect(after.horizons.map(\.name) == ["state", "image"])
    #expect(after.horizons.allSatisfy { $0.losses.count == 4 })
  }

  @Test("its numbers have names, and horizons are powers of two")
  func names() throws {
    let agent = try PointWorld.makeLearner().agent
    let metrics = agent.diagnose(
      PointWorld.batch(agent), draws: .random(Key(seed: 3))
    ).metrics
    #expect(
      metrics.map(\.name) == [
        "latents/active", "latents/perplexity", "latents/dead_share", "recon/state/posterior",
        "recon/state/prior", "recon/image/posterior", "recon/image/prior", "open_loop/state/h1",
        "open_loop/state/h2", "open_loop/state/h4", "open_loop/image/h1", "open_loop/image/h2",
        "open_loop/image/h4",
      ])
    #expect(metrics.allSatisfy { $0.value.isFinite })
  }

  @Test("the posterior's loss is the one that training reports")
  func reconstruction() throws {
    // With the most likely class instead of draws, both look at the same states.
    let learner = try PointWorld.makeLearner()
    let batch = PointWorld.batch(learner.agent)
    let losses = learner.evaluate(batch, draws: .mode, pool: WorkerPool(threads: 1))
    for part in learner.agent.diagnose(batch, draws: .mode).reconstructions {
      let loss = try #require(losses.first { $0.name == "loss/\(part.name)" }).value
      #expect(abs(part.posterior - loss) < 1e-4 * loss, "\(part.name)")
    }
  }

  @Test("a step tells its divergence and how many rows are below the free nats")
  func freeNats() throws {
    for (freeNats, share) in [(0.0, Float(0)), (1e6, 1)] {
      let learner = try PointWorld.makeLearner { $0.dyn.rssm.freeNats = freeNats }
      let metrics = learner.evaluate(
        PointWorld.batch(learner.agent), draws: .mode, pool: WorkerPool(threads: 1))
      func value(_ name: String) -> Float? { metrics.first { $0.name == name }?.value }
      #expect(value("kl_free") == share)
      if freeNats == 0 { #expect(value("kl") == value("loss/dyn")) }
      // A head that knows nothing says 0 everywhere, and some rows are rewarded.
      #expect(value("rew_recall") == 0)
    }
  }
}
