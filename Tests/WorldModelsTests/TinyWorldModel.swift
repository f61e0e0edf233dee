import Autodiff
import EnvironmentInterface
import Kernels
import LatentModels
import NeuralNetworks
import Randomness
import TestSupport
import WorldModels

/// A world model that computes in no time, with the memory of its parameters.
struct TinyWorldModel {
  /// What a test may change.
  struct Configuration {
    var rssm = DynamicsConfiguration()
    var encoder = EncoderConfiguration()
    var decoder = DecoderConfiguration()
    var reward = HeadConfiguration(layers: 1, output: "symexp_twohot", outscale: 0)
    var continuation = HeadConfiguration(layers: 1, output: "binary", outscale: 1)
    var loss = WorldModelLossConfiguration(continueTarget: 1 - 1 / 333, rewardReachesState: true)

    init() {
      (rssm.rssm.deter, rssm.rssm.hidden, rssm.rssm.blocks) = (16, 8, 4)
      (rssm.rssm.stoch, rssm.rssm.classes) = (4, 5)
      (encoder.simple.layers, encoder.simple.units, encoder.simple.depth) = (1, 16, 4)
      (decoder.simple.layers, decoder.simple.units, decoder.simple.depth) = (1, 16, 8)
      (reward.units, continuation.units) = (16, 16)
    }
  }

  let model: WorldModel
  let store: ParameterStore
  let gradients: Storage

  init(
    _ configuration: Configuration = Configuration(),
    spaces: [ObservationSpace] = [ObservationSpace(name: "state", kind: .vector(count: 3))],
    actionSpace: ActionSpace = .discrete(count: 3)
  ) throws {
    var builder = ParameterBuilder()
    model = try WorldModel(
      encoder: configuration.encoder, dynamics: configuration.rssm,
      decoder: configuration.decoder, reward: configuration.reward,
      continuation: configuration.continuation, loss: configuration.loss, spaces: spaces,
      actionSpace: actionSpace, in: &builder)
    store = kept(ParameterStore(builder, key: Key(seed: 1)))
    gradients = kept(Storage(count: store.trainedSize))
  }

  func makeTape() -> Tape {
    Tape(
      arena: kept(Arena(blockSize: 1 << 16)), values: store.values, gradients: gradients.region)
  }

  /// The losses of a batch, with modes in the place of draws.
  func loss(
    _ batch: SequenceBatch, _ tape: Tape, draw: Draw = .mode
  ) -> WorldModelPass {
    model.loss(
      BatchShard(batch, sequences: 0..<batch.size), imageWeight: 1, using: { _ in draw }, tape)
  }

  /// A batch of observations, actions and a first state at random, with no flag set.
  func batch(size: Int = 2, length: Int = 6, seed: UInt64 = 1) -> SequenceBatch {
    var generator = Generator(key: Key(seed: seed))
    func normals(_ count: Int) -> [Float] { (0..<count).map { _ in Float(generator.normal()) } }
    let rows = size * (length + 1)
    var (images, vectors): ([ByteStorage], [[Float]]) = ([], [])
    for space in model.spaces.sorted(by: { $0.name < $1.name }) {
      switch space.kind {
      case .image:
        images.append(
          ByteStorage((0..<rows * space.count).map { _ in UInt8(generator.integer(below: 256)) }))
      case .vector(let count): vectors.append(normals(rows * count))
      case .discrete(let count, let classes):
        vectors.append((0..<rows * count).map { _ in Float(generator.integer(below: classes)) })
      }
    }
    var actions = normals(size * length * model.actionSpace.storedCount)
    if case .discrete(let count) = model.actionSpace {
      for i in actions.indices { actions[i] = Float(generator.integer(below: count)) }
    }
    let rssm = model.rssm.configuration
    var stoch = [Float](repeating: 0, count: size * rssm.stoch * rssm.classes)
    for latent in 0..<size * rssm.stoch {
      stoch[latent * rssm.classes + generator.integer(below: rssm.classes)] = 1
    }
    return SequenceBatch(
      size: size, length: length, context: 1, images: images, vectors: vectors,
      previousActions: actions, rewards: normals(rows),
      isFirst: .init(repeating: false, count: rows), isLast: .init(repeating: false, count: rows),
      isTerminal: .init(repeating: false, count: rows),
      initialDeter: normals(size * rssm.deter), initialStoch: stoch)
  }
}

extension WorldModelPass {
  /// The states of step `t`, deter and stoch side by side: `[b, F]`.
  func state(at t: Int, sequences b: Int) -> [Float] {
    path.states.rows(t * b..<(t + 1) * b).numbers
  }
}

extension RSSMState {
  /// Deter and stoch side by side, `[rows, F]`.
  var numbers: [Float] {
    (0..<deter.rows).flatMap {
      deter.rows($0..<$0 + 1).values.array + stoch.rows($0..<$0 + 1).values.array
    }
  }
}
