import Autodiff
import Distributions
import EnvironmentInterface
import ImageKernels
import Kernels
import NeuralNetworks

/// Predicts observations from latent states (ALGORITHM section 6).
///
/// Vectors come from a multi-layer perceptron; images from a small image that is linear in the state
/// (block-diagonal in `deter`) and grows by upsampling and convolutions.
package struct Decoder: Sendable {
  package let vectors: VectorInputs
  package let images: ImageInputs?
  private let mlp: MLP?
  private let predictions: [Linear]
  let imageBranch: ImageDecoder?

  /// - Parameters:
  ///   - deter: D.
  ///   - stoch: Z.
  /// - Throws: ``LayerStyleError``, ``ImageShapeError``.
  package init(
    _ configuration: DecoderConfiguration.Simple, spaces: [ObservationSpace], deter: Int,
    stoch: Int, in builder: inout ParameterBuilder
  ) throws {
    let style = try LayerStyle(
      act: configuration.act, norm: configuration.norm, winit: configuration.winit)
    vectors = VectorInputs(spaces: spaces, squashes: configuration.symlog)
    images = try ImageInputs(spaces: spaces)
    if vectors.width > 0 {
      mlp = MLP(
        from: deter + stoch, layers: configuration.layers, units: configuration.units,
        style: style, named: "dec/mlp", in: &builder)
      var predictions: [Linear] = []
      for space in vectors.spaces {
        let output = space.classes > 0 ? "logits" : "pred"
        predictions.append(
          Linear(
            from: configuration.layers > 0 ? configuration.units : deter + stoch,
            to: vectors.width(of: space), style.scaled(configuration.outscale),
            named: "dec/vec/\(space.name)/\(output)", in: &builder))
      }
      self.predictions = predictions
    } else {
      (mlp, predictions) = (nil, [])
    }
    imageBranch = try images.map {
      try ImageDecoder(
        configuration, shape: $0.shape, deter: deter, stoch: stoch, style: style, in: &builder)
    }
  }

  /// The names of the losses: all keys, in ascending order.
  package var keys: [String] {
    (vectors.spaces.map(\.name) + (images?.spaces.map(\.name) ?? [])).sorted()
  }

  /// The losses of vector observations, `[rows, 1]` by name. Their gradients are set by the caller.
  ///
  /// - Parameter recordings: where predicted means go, `[rows, width]` by name, if wanted.
  package func vectorLosses(
    _ states: RSSMState, _ shard: BatchShard, recordings: Reconstructions?, _ tape: Tape
  ) -> [(name: String, loss: Tensor)] {
    guard let mlp else { return [] }
    let x = mlp(states.stoch, states.deter, tape)
    return zip(vectors.spaces, predictions).enumerated().map { index, part in
      let (space, layer) = part
      let output = layer(x, tape)
      recordings?.vectors[index].copy(from: output.values)
      let target = vectors.target(
        space, shard.gather(shard.batch.vectors[index], width: space.count),
        squashes: vectors.squashes, tape)
      return (space.name, loss(of: output, target: target, classes: space.classes, tape))
    }
  }

  private func loss(of output: Tensor, target: Region, classes: Int, _ tape: Tape) -> Tensor {
    if classes == 0 { return tape.squaredError(output, target: target) }
    let distribution = CategoricalDistribution(logits: output, classes: classes, tape)
    let minusOne = tape.arena.allocate(output.rows)
    minusOne.fill(-1)
    return tape.scaleRows(distribution.terms(at: target, tape).logProbability, by: minusOne)
  }

  /// The losses of image observations, by name, with their gradient already swept back into the
  /// states: sixteen frames at a time are decoded, compared and swept, so that the memory of only
  /// sixteen is in use.
  ///
  /// - Parameter weight: of each row's loss in the total.
  package func imageLosses(
    _ states: RSSMState, _ shard: BatchShard, weight: Float, recordings: Reconstructions?,
    _ tape: Tape
  ) -> [(name: String, loss: Region)] {
    guard let images, let imageBranch else { return [] }
    let rows = shard.rows
    let losses = images.spaces.map { _ in tape.arena.allocate(rows.count) }
    let seeds = imageBranch.seeds(states, tape)
    for start in stride(from: 0, to: rows.count, by: ImageTensor.lanes) {
      let block = start..<min(start + ImageTensor.lanes, rows.count)
      tape.detour {
        let logits = imageBranch(seeds.rows(block), tape)
        let means = tape.arena.allocate(logits.values.count)
        let targets = images.sources(shard.batch.images, frames: rows[block])
        for (index, target) in targets.enumerated() {
          let loss = Tensor(
            values: losses[index].slice(start, count: block.count),
            gradient: tape.arena.allocate(block.count), rows: block.count, columns: 1)
          tape.imageLoss(logits, target: target, means: means, into: loss)
          loss.gradient.fill(weight)
        }
        if let recordings {
          ImageBlocks.gather(
            means, order: images.shape.channelsLastOrder,
            into: Matrix(
              recordings.images.rows(block, columns: images.shape.count), rows: block.count,
              columns: images.shape.count))
        }
      }
    }
    return zip(images.spaces, losses).map { ($0.name, $1) }
  }

  /// The mean images of states, `[rows, height, width, channels]` of all image keys together.
  package func images(_ states: RSSMState, _ tape: Tape) -> Region {
    guard let images, let imageBranch else { return .empty }
    let pictures = tape.arena.allocate(states.deter.rows * images.shape.count)
    let seeds = imageBranch.seeds(states, tape)
    for start in stride(from: 0, to: states.deter.rows, by: ImageTensor.lanes) {
      let block = start..<min(start + ImageTensor.lanes, states.deter.rows)
      let logits = imageBranch(seeds.rows(block), tape)
      logits.values.sigmoid()
      ImageBlocks.gather(
        logits.values, order: images.shape.channelsLastOrder,
        into: Matrix(
          pictures.rows(block, columns: images.shape.count), rows: block.count,
          columns: images.shape.count))
    }
    return pictures
  }
}

/// Where predicted means are kept when somebody wants to see them.
package struct Reconstructions: Sendable {
  /// `[rows, width]` for each vector space, in symlog space where `dec.simple.symlog` says so.
  package let vectors: [Region]
  /// `[rows, height, width, channels]` of all image keys together.
  package let images: Region

  package init(vectors: [Region], images: Region) {
    self.vectors = vectors
    self.images = images
  }
}
