import Agents
import Kernels
import Randomness
import Testing
import WorldModels

/// What holds of an agent whatever its latents are.
@Suite("agents with every kind of latent")
struct LatentFamilyLearningTests {
  static let latents = ["categorical", "gaussian", "full_gaussian", "vq", "fsq"]

  private func learn(
    _ latent: String, updates: Int, threads: Int = 1,
    _ change: (inout DynamicsConfiguration.RSSM) -> Void = { _ in }
  ) throws -> (learner: Learner, metrics: [[String: Float]]) {
    let learner = try PointWorld.makeLearner {
      $0.dyn.rssm.latent = latent
      change(&$0.dyn.rssm)
    }
    let batch = PointWorld.batch(learner.agent)
    let pool = WorkerPool(threads: threads)
    let metrics = try (0..<updates).map { update in
      let result = try learner.train(
        batch, draws: .random(Key(seed: 1).fold(update)), pool: pool)
      return Dictionary(uniqueKeysWithValues: result.metrics.map { ($0.name, $0.value) })
    }
    return (learner, metrics)
  }

  @Test("they learn a batch: what they see, and what comes next", arguments: latents)
  func learns(latent: String) throws {
    let metrics = try learn(latent, updates: 150).metrics
    func mean(_ name: String, _ part: ArraySlice<[String: Float]>) throws -> Float {
      try part.map { try #require($0[name]) }.reduce(0, +) / Float(part.count)
    }
    for name in ["loss/image", "loss/rew"] {
      let (first, last) = try (mean(name, metrics.prefix(10)), mean(name, metrics.suffix(10)))
      #expect(last < 0.7 * first, "\(name) \(first) \(last)")
    }
    #expect(metrics[0].keys.contains("loss/codebook") == (latent == "vq"))
  }

  @Test("one thread and two give the same bits", arguments: latents)
  func threads(latent: String) throws {
    let (one, two) = (
      try learn(latent, updates: 3), try learn(latent, updates: 3, threads: 2)
    )
    #expect(
      one.learner.agent.parameters.values.array == two.learner.agent.parameters.values.array)
    #expect(one.metrics == two.metrics)
  }

  @Test("the codebook moves, and only with its own loss")
  func codebook() throws {
    func codes(dyn: Double) throws -> (before: [Float], after: [Float]) {
      let learner = try PointWorld.makeLearner {
        ($0.dyn.rssm.latent, $0.lossScales.dyn) = ("vq", dyn)
      }
      let entry = try #require(learner.agent.parameters.entry(named: "dyn/codebook"))
      #expect(entry.shape == [64, 8] && entry.isTrained)
      let before = learner.agent.parameters[entry].array
      _ = try learner.train(
        PointWorld.batch(learner.agent), draws: .random(Key(seed: 1)), pool: WorkerPool(threads: 1))
      return (before, learner.agent.parameters[entry].array)
    }
    let (moved, still) = (try codes(dyn: 1), try codes(dyn: 0))
    #expect(moved.before != moved.after && still.before == still.after)
  }

  /// A line over four updates: the representation counts 0, 1/4, 1/2, 3/4, 1, 1.
  @Test("the posterior's divergence is annealed, and the prior learns from the first update on")
  func annealing() throws {
    func totals(_ kind: String) throws -> [(total: Float, rest: Float)] {
      let (learner, metrics) = try learn("gaussian", updates: 6) {
        ($0.anneal, $0.annealUpdates, $0.freeNats) = (kind, 4, 0)
      }
      let scales = learner.agent.configuration.lossScales
      return try metrics.map { metrics in
        func loss(_ name: String) throws -> Float { try #require(metrics["loss/\(name)"]) }
        let total = try #require(metrics["opt/loss"])
        let others =
          try loss("image") + loss("state") + loss("rew") + loss("con") + loss("dyn")
          + loss("policy") + loss("value") + Float(scales.repval) * loss("repval")
        return (try (total - others) / loss("rep"), Float(scales.rep))
      }
    }
    for (kind, factors) in [
      ("constant", [1, 1, 1, 1, 1, 1]), ("linear", [0, 0.25, 0.5, 0.75, 1, 1]),
    ] as [(String, [Float])] {
      for (found, factor) in zip(try totals(kind), factors) {
        #expect(abs(found.total - factor * found.rest) < 5e-3, "\(kind) \(found) \(factor)")
      }
    }
  }
}
