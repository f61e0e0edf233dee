import Agents
import EnvironmentInterface
import Kernels
import Randomness
import TestSupport
import Testing
import WorldModels

@Suite("Rollouts")
struct RolloutTests {
  let agent: Agent
  let shard: BatchShard

  /// Two sequences of six steps of noise.
  init() throws {
    var configuration = AgentConfiguration.tiny
    configuration.dec.simple.depth = 8
    agent = kept(
      try Agent(
        configuration,
        spaces: [.init(name: "image", kind: .image(height: 12, width: 12, channels: 1))],
        actionSpace: .discrete(count: 3), key: Key(seed: 0)))
    var generator = Generator(key: Key(seed: 1))
    let rssm = agent.worldModel.rssm
    let pixels = (0..<2 * 6 * 144).map { _ in UInt8(generator.integer(below: 256)) }
    let batch = SequenceBatch(
      size: 2, length: 6, context: 0, images: [ByteStorage(pixels)], vectors: [],
      previousActions: (0..<12).map { Float($0 % 3) }, rewards: (0..<12).map { Float($0) },
      isFirst: (0..<12).map { $0 % 6 == 0 }, isLast: (0..<12).map { $0 == 5 },
      isTerminal: (0..<12).map { $0 == 5 },
      initialDeter: .init(repeating: 0, count: 2 * rssm.deter),
      initialStoch: .init(repeating: 0, count: 2 * rssm.stoch))
    shard = BatchShard(batch, sequences: 0..<2)
  }

  @Test("what is earned after a row is discounted, nothing after an episode's end, unknown without")
  func returns() {
    let returns = discountedReturns(
      rewards: [9, 1, 2, 5, 7, 3], isLast: [false, false, true, false, false, false], discount: 0.5)
    #expect(returns == [1 + 0.5 * 2, 2, 0, nil, nil, nil])
  }

  @Test("the truth is time first, what follows in the batch sequence first")
  func truth() {
    let rollout = agent.rollout(shard, observed: 2, samples: 1, key: Key(seed: 3))
    #expect(rollout.steps == 6 && rollout.sequences == 2 && rollout.imagined[0].steps == 4)
    #expect(rollout.truth.rewards == [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11])
    #expect(rollout.truth.returns[10] == 0 && rollout.truth.returns[8] == 5)
    #expect(rollout.truth.returns[11] == nil)
    let storage = shard.batch.images[0].bytes
    #expect(
      Array(rollout.truth.images[0][..<288]) == storage.slice(0, count: 144).array
        + storage.slice(6 * 144, count: 144).array)
  }

  @Test("what is imagined depends on what was observed and done, and not on what comes")
  func openLoop() {
    let rollout = agent.rollout(shard, observed: 2, samples: 1, key: Key(seed: 3))
    for index in 2 * 144..<6 * 144 { shard.batch.images[0].bytes[index] = 0 }
    let changed = agent.rollout(shard, observed: 2, samples: 1, key: Key(seed: 3))
    #expect(changed.imagined[0].images == rollout.imagined[0].images)
    #expect(changed.imagined[0].latents.deter == rollout.imagined[0].latents.deter)
    #expect(changed.seen.images != rollout.seen.images)
    for index in 144..<2 * 144 { shard.batch.images[0].bytes[index] ^= 255 }
    let other = agent.rollout(shard, observed: 2, samples: 1, key: Key(seed: 3))
    #expect(other.seen.posterior != changed.seen.posterior)
    var batch = shard.batch
    batch.previousActions[3] = 2 - batch.previousActions[3]
    batch.previousActions[4] = 2 - batch.previousActions[4]
    let done = agent.rollout(
      BatchShard(batch, sequences: 0..<2), observed: 2, samples: 1, key: Key(seed: 3))
    let isSame = done.imagined[0].latents.deter == other.imagined[0].latents.deter
    #expect(!isSame)
  }

  @Test("samples of the future differ, and another key gives others")
  func samples() {
    let rollout = agent.rollout(shard, observed: 3, samples: 2, key: Key(seed: 3))
    let (first, second) = (rollout.imagined[0].latents.stoch, rollout.imagined[1].latents.stoch)
    #expect(first != second)
    let other = agent.rollout(shard, observed: 3, samples: 1, key: Key(seed: 4))
    #expect(other.imagined[0].latents.stoch != first)
    let again = agent.rollout(shard, observed: 3, samples: 1, key: Key(seed: 3))
    #expect(again.imagined[0].latents.stoch == first)
  }

  @Test("a dream is what open loop gives for the actions of the dream")
  func dream() {
    let key = Key(seed: 5)
    let seen = agent.forecast(shard, draws: .random(key))
    let dream = agent.imagine(
      after: seen, observed: 2, steps: 5, samples: 1, actions: .policy, key: key)[0]
    #expect(dream.actions.count == 5 * 2 * 3)
    #expect(dream.actions.reduce(0, +) == 10)
    let told = agent.imagine(
      after: seen, observed: 2, steps: 5, samples: 1, actions: .given(dream.actions), key: key)[0]
    #expect(told.latents.deter == dream.latents.deter && told.images == dream.images)
  }

  @Test("probabilities are probabilities, and continues lie between 0 and 1")
  func probabilities() {
    let seen = agent.forecast(shard, draws: .random(Key(seed: 5)))
    let classes = agent.worldModel.rssm.configuration.classes
    for values in [seen.prior, seen.posterior] {
      #expect(values.count == 12 * agent.worldModel.rssm.stoch)
      let sums = stride(from: 0, to: values.count, by: classes).map {
        values[$0..<$0 + classes].reduce(0, +)
      }
      #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 })
    }
    #expect(seen.continues.allSatisfy { 0...1 ~= $0 } && seen.images.allSatisfy { 0...1 ~= $0 })
    #expect(agent.latents(shard, draws: .random(Key(seed: 5))).deter == seen.latents.deter)
  }
}
