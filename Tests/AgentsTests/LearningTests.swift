import Agents
import Kernels
import Randomness
import Testing

@Suite("learning on a fixed batch")
struct LearningTests {
  private func train(
    _ learner: Learner, updates: Int, threads: Int = 1
  ) throws -> [[(name: String, value: Float)]] {
    let (batch, pool) = (PointWorld.batch(learner.agent), WorkerPool(threads: threads))
    return try (0..<updates).map { update in
      try learner.train(batch, draws: .random(Key(seed: 1).fold(update)), pool: pool).metrics
    }
  }

  private func value(_ metrics: [(name: String, value: Float)], _ name: String) -> Float {
    metrics.first { $0.name == name }?.value ?? .nan
  }

  @Test("the first losses are those of untrained heads")
  func first() throws {
    let learner = try PointWorld.makeLearner { $0.imagLoss.rounding = 0 }
    let metrics = try train(learner, updates: 1)[0]
    #expect(abs(value(metrics, "loss/rew") - 5.5412635) < 1e-4)
    #expect(abs(value(metrics, "loss/repval") - 2 * 5.5412635) < 1e-4)
    #expect(value(metrics, "loss/con") >= 0.02044)
    #expect(value(metrics, "loss/dyn") >= 1 && value(metrics, "loss/rep") >= 1)
    for name in ["val", "slowval", "rew"] { #expect(value(metrics, name) == 0, "\(name)") }
    #expect(abs(value(metrics, "ent/action") - 0.6931472) < 1e-2)
    #expect(metrics.allSatisfy { $0.value.isFinite })
  }

  @Test("all losses of the world model fall on a batch that does not change")
  func falls() throws {
    let history = try train(PointWorld.makeLearner(), updates: 300)
    for (name, factor) in [
      ("loss/image", 0.3), ("loss/state", 0.3), ("loss/rew", 0.3), ("loss/con", 0.5),
    ] as [(String, Float)] {
      let (start, end) = (value(history[0], name), value(history[299], name))
      #expect(end < factor * start, "\(name) from \(start) to \(end)")
    }
  }

  @Test("the first update of a warm-up moves nothing but the counters")
  func warmup() throws {
    let learner = try PointWorld.makeLearner { $0.opt.warmup = 1000 }
    let trained = learner.agent.parameters.values.slice(
      0, count: learner.agent.parameters.trainedSize)
    let before = trained.array
    _ = try train(learner, updates: 1)
    #expect(trained.array == before)
    #expect(learner.state.slowValueCount == 1 && learner.state.updates == 1)
  }

  @Test("one and two threads give the same bits")
  func threads() throws {
    let (one, two) = (try PointWorld.makeLearner(), try PointWorld.makeLearner())
    let (first, second) = (
      try train(one, updates: 3, threads: 1), try train(two, updates: 3, threads: 2)
    )
    #expect(one.agent.parameters.values.array == two.agent.parameters.values.array)
    #expect(first[2].map(\.value.bitPattern) == second[2].map(\.value.bitPattern))
  }

  @Test("the number of shards changes results by rounding alone")
  func shards() throws {
    let (one, four) = (try PointWorld.makeLearner(shards: 1), try PointWorld.makeLearner(shards: 4))
    let (first, second) = (try train(one, updates: 1)[0], try train(four, updates: 1)[0])
    #expect(first.map(\.name) == second.map(\.name))
    for (a, b) in zip(first, second) where !a.name.hasPrefix("opt/update") {
      #expect(abs(a.value - b.value) <= 1e-4 * max(1, abs(a.value)), "\(a.name)")
    }
  }

  @Test("every network learns: each module's parameters move")
  func everyModule() throws {
    // So small a model diverges by less than the free nats, and then its prior has no gradient.
    let learner = try PointWorld.makeLearner { $0.dyn.rssm.freeNats = 0 }
    let before = learner.agent.parameters.values.array
    _ = try train(learner, updates: 2)
    for entry in learner.agent.parameters.trained {
      let range = entry.parameter.offset..<entry.parameter.offset + entry.parameter.count
      let moved = zip(learner.agent.parameters[entry].array, before[range]).contains { $0 != $1 }
      #expect(moved, "\(entry.name)")
    }
  }
}
