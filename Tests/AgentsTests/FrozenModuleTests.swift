import Agents
import EnvironmentInterface
import Kernels
import NeuralNetworks
import Randomness
import TestSupport
import Testing

@Suite("Modules that do not learn")
struct FrozenModuleTests {
  /// The bits of each module's parameters.
  private func bits(_ agent: Agent) -> [AgentModule: [UInt32]] {
    agent.parameters.entries.reduce(into: [:]) { bits, entry in
      guard let module = AgentModule(ofParameter: entry.name) else { return }
      bits[module, default: []] += agent.parameters[entry].array.map(\.bitPattern)
    }
  }

  /// Some updates on one batch.
  @discardableResult
  private func train(
    _ learner: Learner, updates: Int = 3, threads: Int = 1
  ) throws -> [(name: String, value: Float)] {
    var metrics: [(name: String, value: Float)] = []
    for number in 0..<updates {
      metrics = try learner.train(
        PointWorld.batch(learner.agent), draws: .random(Key(seed: 4).fold(number)),
        pool: WorkerPool(threads: threads)
      ).metrics
    }
    return metrics
  }

  @Test(
    "a frozen module stays as it is to the bit, and all others move",
    arguments: [
      ["enc"], ["dyn", "dec"], ["rew", "con"], ["pol"], ["val", "slowval"], ["slowval"],
    ])
  func frozen(names: [String]) throws {
    let learner = try PointWorld.makeLearner { $0.frozen = names }
    let before = bits(learner.agent)
    let metrics = try train(learner)
    let after = bits(learner.agent)
    #expect(before.keys.count == AgentModule.allCases.count)
    for module in AgentModule.allCases {
      #expect(
        (before[module] == after[module]) == names.contains(module.rawValue), "\(module.rawValue)")
    }
    #expect(metrics.allSatisfy { $0.value.isFinite })
  }

  @Test("the norms and counts of an update are those of what learns")
  func metrics() throws {
    func value(_ name: String, _ frozen: [String]) throws -> Float {
      let learner = try PointWorld.makeLearner { $0.frozen = frozen }
      return try #require(try train(learner, updates: 1).first { $0.name == name }).value
    }
    let all = ["enc", "dyn", "dec", "rew", "con", "pol", "val"]
    for name in ["opt/param_count", "opt/grad_norm"] {
      let whole = try value(name, [])
      let parts = try all.map { module in try value(name, all.filter { $0 != module }) }
      let sum =
        name == "opt/grad_norm"
        ? parts.reduce(0) { $0 + $1 * $1 }.squareRoot() : parts.reduce(0, +)
      #expect(abs(sum / whole - 1) < 1e-4, "\(name) is \(whole), its parts \(parts)")
    }
  }

  @Test("what learns beside a frozen module makes the same first step as without one")
  func others() throws {
    let (free, held) = (
      try PointWorld.makeLearner(), try PointWorld.makeLearner { $0.frozen = ["dec"] }
    )
    for learner in [free, held] { try train(learner, updates: 1) }
    for module in AgentModule.allCases where module != .decoder {
      #expect(bits(free.agent)[module] == bits(held.agent)[module], "\(module.rawValue)")
    }
  }

  @Test("the averages of a frozen module rest at zero, and are saved and restored as all others")
  func averages() throws {
    let learner = try PointWorld.makeLearner { $0.frozen = ["enc"] }
    try train(learner)
    for (name, _, values) in learner.optimizer.state where name.hasPrefix("enc/") {
      #expect(values.array.allSatisfy { $0 == 0 }, "\(name)")
    }
    let free = try PointWorld.makeLearner()
    #expect(learner.optimizer.state.map(\.name) == free.optimizer.state.map(\.name))
  }

  @Test("one thread and two give the same bits")
  func threads() throws {
    let results = try [1, 2].map { threads in
      let learner = try PointWorld.makeLearner { $0.frozen = ["dyn", "val"] }
      let metrics = try train(learner, threads: threads)
      return (bits(learner.agent), metrics.map(\.value.bitPattern))
    }
    #expect(results[0].0 == results[1].0)
    #expect(results[0].1 == results[1].1)
  }

  @Test("an agent of which nothing learns is refused")
  func nothing() {
    let error = #expect(throws: NothingLearns.self) {
      try PointWorld.makeLearner { $0.frozen = ["enc", "dyn", "dec", "rew", "con", "pol", "val"] }
    }
    #expect(
      error?.description.hasPrefix(
        "agent.frozen: [enc, dyn, dec, rew, con, pol, val] leaves no parameter that learns; ")
        == true)
  }
}
