import Agents
import EnvironmentInterface
import Kernels
import Randomness
import TestSupport
import Testing
import WorldModels

/// An observation may be called as one of the agent's own losses.
@Suite("names of losses")
struct LossNameTests {
  static let names = ["value", "rew", "con", "dyn", "rep", "policy", "repval"]

  /// A learner that sees one vector of this name, and what it finds in a batch.
  private func metrics(
    observing name: String, _ change: (inout LossScales) -> Void = { _ in }
  ) throws -> (metrics: [(name: String, value: Float)], priorities: [Float]) {
    var configuration = AgentConfiguration.tiny
    change(&configuration.lossScales)
    let agent = kept(
      try Agent(
        configuration, spaces: [ObservationSpace(name: name, kind: .vector(count: 3))],
        actionSpace: .discrete(count: 2), key: Key(seed: 0)))
    let learner = Learner(agent: agent, shards: 2)
    let rssm = agent.worldModel.rssm
    let batch = SequenceBatch(
      size: 2, length: 3, context: 1, images: [],
      vectors: [(0..<24).map { Float($0 % 5) - 2 }], previousActions: [0, 1, 1, 0, 1, 0],
      rewards: .init(repeating: 0.5, count: 8), isFirst: .init(repeating: false, count: 8),
      isLast: .init(repeating: false, count: 8), isTerminal: .init(repeating: false, count: 8),
      initialDeter: .init(repeating: 0, count: 2 * rssm.deter),
      initialStoch: .init(repeating: 0, count: 2 * rssm.stoch))
    let result = try learner.train(
      batch, draws: .random(Key(seed: 1)), pool: WorkerPool(threads: 1))
    return (result.metrics, learner.modelLosses(batchSize: 2))
  }

  @Test("an observation that is called as a loss trains as any other", arguments: names)
  func collision(name: String) throws {
    func change(_ scales: inout LossScales) {
      // Scales that tell which of them was taken.
      (scales.rec, scales.rew, scales.con, scales.dyn, scales.rep) = (0.5, 3, 5, 7, 11)
      (scales.policy, scales.value, scales.repval) = (13, 17, 19)
    }
    let (plain, same) = (
      try metrics(observing: "sight", change), try metrics(observing: name, change)
    )
    func value(_ metrics: [(name: String, value: Float)], _ name: String) throws -> Float {
      let found = metrics.filter { $0.name == name }
      #expect(found.count == 1, "\(name)")
      return try #require(found.first).value
    }
    #expect(plain.metrics.count == same.metrics.count)
    let losses = try Self.names.map { try value(same.metrics, "loss/\($0)") }
    let own = try value(same.metrics, "loss/rec/\(name)")
    let weights: [Float] = [17, 3, 5, 7, 11, 13, 19]
    let total = zip(losses, weights).reduce(0.5 * own) { $0 + $1.0 * $1.1 }
    let (found, sight) = (
      try value(same.metrics, "opt/loss"), try value(plain.metrics, "loss/sight")
    )
    #expect(abs(found - total) < 1e-3 * abs(total))
    #expect(sight > 0)
    // What prioritised replay goes by: the model's losses of each row, the observation's among them.
    let model = own + losses[1...4].reduce(0, +)
    let mean = same.priorities.reduce(0, +) / Float(same.priorities.count)
    #expect(abs(mean - model) < 1e-3 * model)
  }
}
