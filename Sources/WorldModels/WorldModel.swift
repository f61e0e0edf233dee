import Autodiff
import Distributions
import EnvironmentInterface
import Kernels
import LatentModels
import NeuralNetworks
import Randomness

/// Everything that predicts: encoder, RSSM, decoder, reward and continue heads.
package struct WorldModel: Sendable {
  package let spaces: [ObservationSpace]
  package let actionSpace: ActionSpace
  package let encoder: Encoder
  package let rssm: RSSM
  package let decoder: Decoder
  package let reward: TwoHotHead
  package let continuation: BinaryHead
  package let balancing: KLBalancing
  package let annealing: Annealing
  private let loss: WorldModelLossConfiguration

  /// - Throws: ``LayerStyleError``, ``ImageShapeError``, `LatentSettingsError`.
  package init(
    encoder: EncoderConfiguration, dynamics: DynamicsConfiguration, decoder: DecoderConfiguration,
    reward: HeadConfiguration, continuation: HeadConfiguration,
    loss: WorldModelLossConfiguration, spaces: [ObservationSpace], actionSpace: ActionSpace,
    in builder: inout ParameterBuilder
  ) throws {
    self.spaces = spaces
    self.actionSpace = actionSpace
    self.loss = loss
    let spaces = spaces.sorted { $0.name < $1.name }
    self.encoder = try Encoder(encoder.simple, spaces: spaces, in: &builder)
    rssm = try RSSM(
      dynamics.rssm, latent: LatentFamilies.make(dynamics.rssm), actions: actionSpace.width,
      tokens: self.encoder.width, in: &builder)
    self.decoder = try Decoder(
      decoder.simple, spaces: spaces, deter: rssm.deter, stoch: rssm.stoch, in: &builder)
    self.reward = try TwoHotHead(reward, from: rssm.features, named: "rew", in: &builder)
    self.continuation = try BinaryHead(
      continuation, from: rssm.features, named: "con", in: &builder)
    let isBalanced = dynamics.rssm.balance > 0
    balancing = KLBalancing(
      freeNats: rssm.latent.hasDivergence ? Float(dynamics.rssm.freeNats) : 0,
      balance: isBalanced ? Float(dynamics.rssm.balance) : nil,
      freesAverage: isBalanced && dynamics.rssm.freeAvg)
    annealing = dynamics.rssm.annealing
  }
}

/// What of the agent's configuration the world model's loss depends on.
public struct WorldModelLossConfiguration: Sendable, Equatable {
  /// The target of the continue head where an episode goes on: the discount, or 1.
  public var continueTarget: Float
  /// Whether the reward loss reaches the latent state.
  public var rewardReachesState: Bool

  /// - Parameter continueTarget: the discount with `agent.contdisc`, else 1.
  public init(continueTarget: Float, rewardReachesState: Bool) {
    self.continueTarget = continueTarget
    self.rewardReachesState = rewardReachesState
  }
}

// MARK: - the loss

/// The world model's view of a shard: the posterior path and its losses. Rows are time-major.
package struct WorldModelPass: Sendable {
  package let tokens: Tensor
  package let path: ObservedPath
  package let posterior: LatentDistribution
  package let prior: LatentDistribution
  /// Divergences before free nats, whose losses wait for the whole batch's mean.
  package let dynamics: Tensor
  package let representation: Tensor
  /// `[T · b, 1]`: a codebook's own loss, where latents have one.
  package let codebook: Tensor?
  /// `[T · b]`: what the heads say of each row.
  package let rewardMean: Region
  package let continueLogits: Region
  /// `[T · b, 1]` each; their gradients are the caller's to set.
  package let reward: Tensor
  package let continuation: Tensor
  package let vectors: [(name: String, loss: Tensor)]
  /// `[T · b]` each, swept back already.
  package let images: [(name: String, loss: Region)]
}

extension WorldModel {
  /// Runs a shard through the model up to its single losses (ALGORITHM sections 4 and 5).
  ///
  /// - Parameters:
  ///   - imageWeight: what a row's image loss counts in the total.
  ///   - draw: of the posterior at step `t`.
  ///   - recordings: where the decoder's means go, if wanted.
  package func loss(
    _ shard: BatchShard, imageWeight: Float, using draw: (Int) -> Draw,
    recordings: Reconstructions? = nil, _ tape: Tape
  ) -> WorldModelPass {
    let tokens = encoder(shard, tape)
    let path = rssm.observe(
      tokens: tokens, previousActions: previousActions(shard, masked: true, tape),
      keep: keep(shard, tape),
      from: initialState(shard, tape), using: draw, tape)
    let posterior = rssm.latent.distribution(path.parameters, tape)
    let prior = rssm.prior(path.states.deter, tape)
    let divergence = rssm.latent.divergence(posterior: posterior, prior: prior, tape)
    let reward = reward(loss.rewardReachesState ? path.states : path.states.stopped, tape)
    let continuation = continuation(path.states, tape)
    return WorldModelPass(
      tokens: tokens, path: path, posterior: posterior, prior: prior,
      dynamics: divergence.dynamics, representation: divergence.representation,
      codebook: divergence.codebook,
      rewardMean: reward.mean, continueLogits: continuation.logits.values,
      reward: reward.crossEntropy(to: rewards(shard, tape), tape),
      continuation: continuation.crossEntropy(to: continueTargets(shard, tape), tape),
      vectors: decoder.vectorLosses(path.states, shard, recordings: recordings, tape),
      images: decoder.imageLosses(
        path.states, shard, weight: imageWeight, recordings: recordings, tape))
  }

  /// `[T · b, A]`: one-hot or raw, and with `masked` all zero where an episode begins (ALGORITHM
  /// section 2, "Reset mask").
  package func previousActions(_ shard: BatchShard, masked: Bool, _ tape: Tape) -> Tensor {
    let stored = actionSpace.storedCount
    let batch = shard.batch
    var actions: [Float] = []
    for t in 0..<shard.length {
      for b in shard.sequences {
        let start = (b * batch.length + t) * stored
        actions += batch.previousActions[start..<start + stored]
      }
    }
    let input = actionInput(actions, tape)
    return masked ? tape.scaleRows(input, by: keep(shard, tape)) : input
  }

  /// Stored actions as networks see them, `[rows, A]`.
  package func actionInput(_ stored: [Float], _ tape: Tape) -> Tensor {
    let rows = stored.count / actionSpace.storedCount
    guard case .discrete(let count) = actionSpace else {
      return tape.constant(stored, rows: rows, columns: actionSpace.width)
    }
    return Tensor(values: oneHot(stored, classes: count, tape), rows: rows, columns: count)
  }

  /// `[T · b]`: 0 where an episode begins, else 1.
  package func keep(_ shard: BatchShard, _ tape: Tape) -> Region {
    constants(shard.gather(shard.batch.isFirst).map { $0 ? 0 : 1 }, tape)
  }

  private func rewards(_ shard: BatchShard, _ tape: Tape) -> Region {
    constants(shard.gather(shard.batch.rewards), tape)
  }

  private func continueTargets(_ shard: BatchShard, _ tape: Tape) -> Region {
    constants(
      shard.gather(shard.batch.isTerminal).map { $0 ? 0 : loss.continueTarget }, tape)
  }

  private func constants(_ values: [Float], _ tape: Tape) -> Region {
    tape.constant(values, rows: values.count, columns: 1).values
  }

  /// The state before the shard's first rows.
  package func initialState(_ shard: BatchShard, _ tape: Tape) -> RSSMState {
    func rows(_ values: [Float], _ width: Int) -> Tensor {
      let range = shard.sequences.lowerBound * width..<shard.sequences.upperBound * width
      return tape.constant(Array(values[range]), rows: shard.size, columns: width)
    }
    return rssm.state(
      deter: rows(shard.batch.initialDeter, rssm.deter),
      stoch: rows(shard.batch.initialStoch, rssm.stoch))
  }
}
