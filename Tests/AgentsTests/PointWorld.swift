import Agents
import EnvironmentInterface
import Kernels
import Randomness
import TestSupport
import WorldModels

/// A world of few pixels and a learner that is quick with it.
enum PointWorld {
  static let spaces = [
    ObservationSpace(name: "image", kind: .image(height: 12, width: 12, channels: 1)),
    ObservationSpace(name: "state", kind: .vector(count: 2)),
  ]

  /// Two episodes of a point that moves by its action and is rewarded at the right: enough to fit.
  static func batch(
    _ agent: Agent, size: Int = 4, length: Int = 8
  ) -> SequenceBatch {
    var generator = Generator(key: Key(seed: 5))
    let rssm = agent.worldModel.rssm
    let rows = size * (length + 1)
    var (pixels, states, actions, rewards): ([UInt8], [Float], [Float], [Float]) = ([], [], [], [])
    for _ in 0..<size {
      var x = 3
      for t in 0...length {
        let action = generator.integer(below: 2)
        x = min(max(x + 2 * action - 1, 0), 5)
        if t > 0 { actions.append(Float(action)) }
        pixels += (0..<144).map { ($0 % 12) / 2 == x ? 255 : 0 }
        states += [Float(x), -1]
        rewards.append(x == 5 ? 1 : 0)
      }
    }
    return SequenceBatch(
      size: size, length: length, context: 1, images: [ByteStorage(pixels)], vectors: [states],
      previousActions: actions, rewards: rewards, isFirst: .init(repeating: false, count: rows),
      isLast: .init(repeating: false, count: rows),
      isTerminal: .init(repeating: false, count: rows),
      initialDeter: .init(repeating: 0, count: size * rssm.deter),
      initialStoch: .init(repeating: 0, count: size * rssm.stoch))
  }

  static func makeLearner(
    shards: Int = 2, _ change: (inout AgentConfiguration) -> Void = { _ in }
  ) throws -> Learner {
    var configuration = AgentConfiguration.tiny
    (configuration.opt.lr, configuration.opt.warmup) = (1e-3, 0)
    configuration.dec.simple.depth = 8
    change(&configuration)
    let agent = try Agent(
      configuration, spaces: spaces, actionSpace: .discrete(count: 2), key: Key(seed: 0))
    return Learner(agent: kept(agent), shards: shards)
  }
}
