import Agents
import EnvironmentInterface
import Kernels
import Randomness
import TestSupport
import Testing
import WorldModels

@Suite("Spaces in which there is little to see or to do")
struct SmallSpaceTests {
  /// Trains twice and looks at a batch of made-up experience.
  private func metrics(
    _ spaces: [ObservationSpace], _ actions: ActionSpace, size: Int = 2, length: Int = 3,
    _ change: (inout AgentConfiguration) -> Void = { _ in }
  ) throws -> [String: Float] {
    var configuration = AgentConfiguration.tiny
    (configuration.opt.lr, configuration.opt.warmup) = (1e-3, 0)
    change(&configuration)
    let agent = try kept(
      Agent(configuration, spaces: spaces, actionSpace: actions, key: Key(seed: 0)))
    let learner = Learner(agent: agent, shards: 1)
    let batch = Self.batch(agent, size: size, length: length)
    let pool = WorkerPool(threads: 1)
    var found: [(name: String, value: Float)] = []
    for number in 0..<2 {
      let draws = DrawSource.random(Key(seed: 4).fold(number))
      found = try learner.train(batch, draws: draws, pool: pool).metrics
    }
    found += learner.evaluate(batch, draws: .random(Key(seed: 3)), pool: pool)
    #expect(found.allSatisfy { $0.value.isFinite })
    return Dictionary(found.map { ($0.name, $0.value) }) { first, _ in first }
  }

  /// Nothing changes, and nothing is earned.
  private static func batch(_ agent: Agent, size: Int, length: Int) -> SequenceBatch {
    let (rssm, rows) = (agent.worldModel.rssm, size * (length + 1))
    func floats(_ count: Int) -> [Float] { .init(repeating: 0, count: count) }
    let flags = [Bool](repeating: false, count: rows)
    return SequenceBatch(
      size: size, length: length, context: 1,
      images: agent.spaces.filter(\.isImage).map {
        ByteStorage(.init(repeating: 0, count: rows * $0.count))
      },
      vectors: agent.spaces.filter { !$0.isImage }.map { floats(rows * $0.count) },
      previousActions: floats(size * length * agent.actionSpace.storedCount),
      rewards: floats(rows), isFirst: flags, isLast: flags, isTerminal: flags,
      initialDeter: floats(size * rssm.deter), initialStoch: floats(size * rssm.stoch))
  }

  private static let vector = ObservationSpace(name: "v", kind: .vector(count: 1))

  @Test("where there is one action, it is as random as it can be")
  func oneAction() throws {
    let found = try metrics([Self.vector], .discrete(count: 1))
    #expect(found["rand/action"] == 1 && found["ent/action"] == 0)
  }

  @Test("where there are two, its randomness is their entropy over that of a coin")
  func twoActions() throws {
    let found = try metrics([Self.vector], .discrete(count: 2))
    let randomness = try #require(found["rand/action"])
    #expect(randomness > 0.9 && randomness <= 1.0001)
  }

  @Test("one class, one latent, one bin more than none, one step imagined: all is finite")
  func latents() throws {
    _ = try metrics([Self.vector], .continuous(low: [-1], high: [1])) {
      $0.dyn.rssm.classes = 1
      $0.dyn.rssm.stoch = 1
      $0.rewhead.bins = 2
      $0.value.bins = 2
      $0.imagLength = 1
      for path in [\AgentConfiguration.retnorm.impl, \.valnorm.impl, \.advnorm.impl] {
        $0[keyPath: path] = "meanstd"
      }
    }
  }

  @Test("one sequence of two rows, an observation of one class")
  func smallBatch() throws {
    let one = ObservationSpace(name: "d", kind: .discrete(count: 1, classes: 1))
    for norm in ["none", "meanstd", "perc"] {
      _ = try metrics([one], .discrete(count: 1), size: 1, length: 2) {
        for path in [\AgentConfiguration.retnorm.impl, \.valnorm.impl, \.advnorm.impl] {
          $0[keyPath: path] = norm
        }
        for path in [\AgentConfiguration.retnorm.limit, \.valnorm.limit, \.advnorm.limit] {
          $0[keyPath: path] = 0
        }
        $0.reportGradnorms = true
      }
    }
  }
}
