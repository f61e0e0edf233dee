import Agents
import EnvironmentInterface
import Kernels
import LatentModels
import ReplayBuffers
import ReplaySettings
import TrainedAgents

/// What memory the training of an agent takes, besides that of replay.
package struct AgentNeed: Sendable, Equatable, CustomStringConvertible {
  package let size: AgentSize
  package let shards: Int
  /// B and T.
  package let batch: (sequences: Int, length: Int)
  /// Bytes of all else, about: what the passes of a batch leave behind for the gradients, mostly.
  package let passes: Int

  package static func == (one: AgentNeed, other: AgentNeed) -> Bool {
    one.description == other.description
  }

  /// - Throws: as the agent's initialiser.
  package init(
    _ configuration: TrainingConfiguration, spaces: [ObservationSpace], actionSpace: ActionSpace
  ) throws {
    size = try Agent.size(configuration.agent, spaces: spaces, actionSpace: actionSpace)
    shards = configuration.run.shards
    batch = (configuration.batchSize, configuration.batchLength)
    passes = Self.passes(
      configuration, spaces, size,
      stoch: try LatentFamilies.make(configuration.agent.dyn.rssm).width)
  }

  private static let number = MemoryLayout<Float>.stride

  /// Bytes of parameters, of the gradients of all shards, and of the optimiser's two moments.
  package var state: Int { Self.number * (size.parameters + (shards + 2) * size.trained) }

  /// Bytes of all, about.
  package var total: Int { state + passes }

  /// Weights packed once for each shard, what each replayed and each imagined row leaves behind, and the
  /// program itself. Fitted to the peak memory of `dreamer bench` with `size1m` and `size12m`, batches of
  /// 16 × 16 and 16 × 64, images of 32 and 64 pixels, and 15 and 30 imagined steps.
  private static func passes(
    _ configuration: TrainingConfiguration, _ spaces: [ObservationSpace], _ size: AgentSize,
    stoch: Int
  ) -> Int {
    let agent = configuration.agent
    let features = Double(agent.dyn.rssm.deter + stoch)
    let pixels = spaces.reduce(0.0) { sum, space in
      guard case .image(let height, let width, _) = space.kind else { return sum }
      return sum + Double(height * width)
    }
    let row = 30 * features + 2.1 * pixels * Double(agent.enc.simple.depth)
    let starts = agent.imagLast > 0 ? min(agent.imagLast, configuration.batchLength) : .max
    let imagined = Double(min(starts, configuration.batchLength)) * Double(agent.imagLength)
    let numbers =
      Double(configuration.run.shards) * Double(size.trained)
      + Double(configuration.batchSize)
      * (Double(configuration.batchLength) * row + imagined * 3.4 * features)
    return Int(min(Double(number) * numbers + 60e6, 0x1p60))
  }

  /// Refuses what cannot be, before the work.
  ///
  /// - Throws: `AgentSizeError`.
  package func check() throws {
    guard let bound = MemoryBound.narrowest(isFirm: true), state > bound.bytes else { return }
    throw AgentSizeError(size, need: state, purpose: "to be trained (\(parts))", bound: bound)
  }

  /// What a user should know who has less memory than all of it may come to; nil where there is enough.
  ///
  /// - Parameter replay: bytes that replay takes at the end.
  package func note(beside replay: Int) -> String? {
    guard let bound = MemoryBound.narrowest(isFirm: false), total + replay > bound.bytes else {
      return nil
    }
    return "training may come to \(ByteSize.text(total + replay)) of memory with replay, and "
      + "\(bound); a smaller preset, batch_size, batch_length or replay.memory takes less"
  }

  private var parts: String {
    "\(ByteSize.text(Self.number * size.parameters)) of parameters, "
      + "\(ByteSize.text(Self.number * size.trained)) of gradients for each of \(shards) shards, and "
      + "two moments of as much"
  }

  /// `agent: 12345678 parameters; in memory …`
  package var description: String {
    "agent: \(size.parameters) parameters; \(ByteSize.text(total)) of memory: \(parts), and about "
      + "\(ByteSize.text(passes)) for a batch of \(batch.sequences)×\(batch.length) (batch_size, "
      + "batch_length) and the program"
  }
}
