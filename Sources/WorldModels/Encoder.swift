import Autodiff
import EnvironmentInterface
import ImageKernels
import Kernels
import NeuralNetworks

/// Turns observations into tokens (ALGORITHM section 3): vectors through a multi-layer perceptron,
/// images through convolutions, side by side.
package struct Encoder: Sendable {
  let vectors: VectorInputs
  let images: ImageInputs?
  let layers: [Dense]
  let stages: [EncoderStage]
  /// E: the width of the tokens.
  package let width: Int
  private let order: [Int32]

  /// - Throws: ``LayerStyleError``, ``ImageShapeError``.
  package init(
    _ configuration: EncoderConfiguration.Simple, spaces: [ObservationSpace],
    in builder: inout ParameterBuilder
  ) throws {
    let style = try LayerStyle(
      act: configuration.act, norm: configuration.norm, winit: configuration.winit)
    vectors = VectorInputs(spaces: spaces, squashes: configuration.symlog)
    images = try ImageInputs(spaces: spaces)
    var layers: [Dense] = []
    if vectors.width > 0 {
      for index in 0..<configuration.layers {
        layers.append(
          Dense(
            from: index == 0 ? vectors.width : configuration.units, to: configuration.units,
            style: style, named: "enc/mlp\(index)", in: &builder))
      }
    }
    self.layers = layers
    let vectorWidth = layers.isEmpty ? vectors.width : configuration.units
    guard let images else {
      (stages, order, width) = ([], [], vectorWidth)
      return
    }
    stages = try EncoderStage.stages(configuration, images, style: style, in: &builder)
    let last = stages[stages.count - 1].output
    order = last.channelsLastOrder
    width = vectorWidth + last.count
  }

  /// - Returns: `[T · b, E]`.
  package func callAsFunction(_ shard: BatchShard, _ tape: Tape) -> Tensor {
    encode(images: shard.batch.images, frames: shard.rows, tape) {
      shard.gather(shard.batch.vectors[$0], width: $1)
    }
  }

  /// The tokens of single observations, `[n, E]`, for acting.
  package func callAsFunction(_ observations: ObservationRows, _ tape: Tape) -> Tensor {
    encode(images: observations.images, frames: Array(0..<observations.count), tape) { space, _ in
      observations.vectors[space]
    }
  }

  /// - Parameters:
  ///   - frames: which frames of the images are wanted, one for each row.
  ///   - vectors: the numbers of a vector space, `[rows, count]`, by its index and count.
  private func encode(
    images sources: [ByteStorage], frames: [Int], _ tape: Tape, vectors: (Int, Int) -> [Float]
  ) -> Tensor {
    var parts: [Tensor] = []
    if self.vectors.width > 0 {
      let input = self.vectors.input(rows: frames.count, tape, source: vectors)
      parts.append(layers.reduce(input) { $1($0, tape) })
    }
    if let images { parts.append(encode(images, sources, frames: frames, tape)) }
    return parts.dropFirst().reduce(parts[0]) { tape.concatenate($0, $1) }
  }

  /// Images in blocks of sixteen through all stages, `[frames, height · width · channels]`.
  private func encode(
    _ inputs: ImageInputs, _ sources: [ByteStorage], frames: [Int], _ tape: Tape
  ) -> Tensor {
    let tokens = tape.tensor(
      rows: frames.count, columns: stages[stages.count - 1].output.count, tracked: true)
    for start in stride(from: 0, to: frames.count, by: ImageTensor.lanes) {
      let block = start..<min(start + ImageTensor.lanes, frames.count)
      // A block costs the same however many lanes are in use, and sixteen images one by one cost what
      // a full block does (measured with `size1m`, `size12m` and `size50m`).
      if !tape.isRecording && block.count < ImageTensor.lanes {
        encodeAlone(inputs, sources, frames: frames[block], into: tokens.rows(block), tape)
        continue
      }
      tape.withPassingImageGradients {
        var image = tape.pack(inputs.sources(sources, frames: frames[block]))
        for stage in stages { image = stage(image, tape) }
        tape.gather(image, order: order, into: tokens.rows(block))
      }
    }
    return tokens
  }

  /// Images one by one, with the bits that a block gives, where nothing is recorded.
  ///
  /// - Parameter tokens: `[frames, height · width · channels]`.
  private func encodeAlone(
    _ inputs: ImageInputs, _ sources: [ByteStorage], frames: ArraySlice<Int>, into tokens: Tensor,
    _ tape: Tape
  ) {
    let mark = tape.arena.mark
    defer { tape.arena.rewind(to: mark) }
    var images = frames.indices.map { row in
      tape.packPlanes(inputs.sources(sources, frames: frames[row...row]))
    }
    for stage in stages { images = stage(images, tape) }
    for (row, image) in images.enumerated() { tape.gather(image, into: tokens.rows(row..<row + 1)) }
  }
}

/// Observations of several environments at one moment.
package struct ObservationRows: Sendable {
  package var count: Int
  /// `[count, height · width · channels]` for each image space.
  package var images: [ByteStorage]
  /// `[count, width]` for each other space.
  package var vectors: [[Float]]

  package init(count: Int, images: [ByteStorage], vectors: [[Float]]) {
    self.count = count
    self.images = images
    self.vectors = vectors
  }
}

/// A convolution, a halving of the image where there is one, a norm over channels, an activation.
struct EncoderStage: Sendable {
  let convolution: ConvolutionLayer
  let norm: Norm
  let pools: Bool
  let output: ImageShape

  static func stages(
    _ configuration: EncoderConfiguration.Simple, _ images: ImageInputs, style: LayerStyle,
    in builder: inout ParameterBuilder
  ) throws -> [EncoderStage] {
    let count = try images.shape.stageCount(
      of: configuration.mults.count, outer: configuration.outer)
    var shape = images.shape
    var stages: [EncoderStage] = []
    for index in 0..<count {
      let isOuter = index == 0 && configuration.outer
      let depth = configuration.depth * configuration.mults[index]
      try ImageShape(
        height: shape.height, width: shape.width, channels: max(shape.channels, depth)
      ).checkBlock(kernel: configuration.kernel)
      let convolution = ConvolutionLayer(
        Convolution(
          kind: .plain, kernel: configuration.kernel,
          stride: configuration.strided && !isOuter ? 2 : 1, inputChannels: shape.channels,
          outputChannels: depth, inputHeight: shape.height, inputWidth: shape.width),
        style.initializer, named: "enc/cnn\(index)", in: &builder)
      let pools = !configuration.strided && !isOuter
      shape = ImageShape(of: convolution.convolution, pools: pools)
      stages.append(
        EncoderStage(
          convolution: convolution,
          norm: Norm(shape.channels, style.kind, named: "enc/cnn\(index)norm", in: &builder),
          pools: pools, output: shape))
    }
    return stages
  }

  func callAsFunction(_ image: ImageTensor, _ tape: Tape) -> ImageTensor {
    norm(convolution(image, pools: pools, tape), tape)
  }

  /// Images one by one, where nothing is recorded.
  func callAsFunction(_ images: [PlanarImage], _ tape: Tape) -> [PlanarImage] {
    let images = convolution(images, pools: pools, tape)
    for image in images { norm(image, tape) }
    return images
  }
}
