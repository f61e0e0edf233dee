import Agents
import EnvironmentInterface
import Kernels
import Randomness
import WorldModels
import Worlds

/// Who acts in an episode.
public enum EpisodePolicy: String, Sendable, CaseIterable {
  /// Uniformly random actions.
  case random
  /// The agent, which draws from what it would do.
  case agent
}

extension TrainedAgent {
  /// Plays an episode that depends on the key alone.
  public func playEpisode(key: Key, policy: EpisodePolicy) throws -> EpisodeRecord {
    let world = try makeEnvironment()
    switch policy {
    case .random:
      var generator = Generator(key: key.fold("actions"))
      return try EpisodeRecord(playing: world, key: key) { _, _ in
        world.actionSpace.sample(using: &generator)
      }
    case .agent:
      let acting = ActingPolicy(agent, count: 1)
      return try EpisodeRecord(playing: world, key: key) { observation, row in
        try acting.act(
          [observation], isFirst: [row == 0], draws: .random(key.fold("policy")), step: row
        ).actions[0]
      }
    }
  }
}

extension BatchShard {
  /// The first rows of episodes, from the state before an episode on. A shorter episode's last row is
  /// repeated.
  ///
  /// - Parameter rows: T.
  package init(_ episodes: [EpisodeRecord], rows: Int, of agent: Agent) {
    func gather<Value>(_ value: (EpisodeRecord, Int) -> Value) -> [Value] {
      episodes.flatMap { episode in
        (0..<rows).map { value(episode, min($0, episode.steps.count - 1)) }
      }
    }
    let (rssm, size) = (agent.worldModel.rssm, episodes.count)
    let batch = SequenceBatch(
      size: size, length: rows, context: 0,
      images: episodes[0].images.indices.map { index in
        ByteStorage(gather { $0.image(index, row: $1) }.flatMap { $0 })
      },
      vectors: episodes[0].vectors.indices.map { index in
        gather { $0.vector(index, row: $1) }.flatMap { $0 }
      },
      previousActions: gather { episode, row in
        agent.actionSpace.stored(row == 0 ? nil : episode.actions[row - 1])
      }.flatMap { $0 },
      rewards: gather { Float($0.steps[$1].reward) }, isFirst: gather { $0.steps[$1].isFirst },
      isLast: gather { $0.steps[$1].isLast }, isTerminal: gather { $0.steps[$1].isTerminal },
      initialDeter: Array(repeating: 0, count: size * rssm.deter),
      initialStoch: Array(repeating: 0, count: size * rssm.stoch))
    self.init(batch, sequences: 0..<size)
  }
}
