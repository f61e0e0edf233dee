import Autodiff
import ImageKernels
import Kernels
import NeuralNetworks

/// The image branch of the decoder, with its layers' names as in the reference: `sp0` (A), `sp1`,
/// `sp2` (B), then `conv{n-2}` … `conv0` and `imgout`.
struct ImageDecoder: Sendable {
  private let small: SmallImageLayers
  private let stages: [(convolution: ConvolutionLayer, norm: Norm)]
  private let output: ConvolutionLayer

  init(
    _ configuration: DecoderConfiguration.Simple, shape: ImageShape, deter: Int, stoch: Int,
    style: LayerStyle, in builder: inout ParameterBuilder
  ) throws {
    let count = try shape.stageCount(of: configuration.mults.count, outer: configuration.outer)
    let depths = configuration.mults.prefix(count).map { $0 * configuration.depth }
    let factor = 1 << (configuration.outer ? count - 1 : count)
    small = try SmallImageLayers(
      configuration,
      shape: ImageShape(
        height: shape.height / factor, width: shape.width / factor, channels: depths[count - 1]),
      deter: deter, stoch: stoch, style: style, in: &builder)
    var growth = ImageGrowth(configuration, from: small.shape)
    stages = try stride(from: count - 2, through: 0, by: -1).map { index in
      let layer = try growth.convolution(
        to: depths[index], style.initializer, doubling: true, "conv\(index)", in: &builder)
      return (layer, Norm(depths[index], style.kind, named: "dec/conv\(index)norm", in: &builder))
    }
    output = try growth.convolution(
      to: shape.channels, style.scaled(configuration.outscale), doubling: !configuration.outer,
      "imgout", in: &builder)
  }

  var convolutions: [(name: String, convolution: Convolution)] {
    let inner = stages.enumerated().map { index, stage in
      ("dec/conv\(stages.count - 1 - index)", stage.convolution.convolution)
    }
    return inner + [("dec/imgout", output.convolution)]
  }

  /// Doublings, or with `outer` one more.
  var stageCount: Int { stages.count + 1 }

  /// The linear parts for all rows at once: two matrices `[rows, h0 · w0 · c0]` to be added up.
  func seeds(_ states: RSSMState, _ tape: Tape) -> ImageSeeds { small.seeds(states, tape) }

  /// The logits of up to sixteen images.
  func callAsFunction(_ seeds: ImageSeeds, _ tape: Tape) -> ImageTensor {
    let x = stages.reduce(small(seeds, tape)) { x, stage in
      stage.norm(stage.convolution(x, tape), tape)
    }
    return output(x, tape)
  }
}

/// Makes convolutions that follow each other, each knowing the size of the image before it.
private struct ImageGrowth {
  private let configuration: DecoderConfiguration.Simple
  private var current: ImageShape

  init(_ configuration: DecoderConfiguration.Simple, from shape: ImageShape) {
    (self.configuration, current) = (configuration, shape)
  }

  mutating func convolution(
    to channels: Int, _ initializer: Initializer, doubling: Bool, _ name: String,
    in builder: inout ParameterBuilder
  ) throws -> ConvolutionLayer {
    let factor = doubling ? 2 : 1
    try ImageShape(
      height: current.height * factor, width: current.width * factor,
      channels: max(current.channels, channels)
    ).checkBlock(kernel: configuration.kernel)
    let kind: Convolution.Kind =
      !doubling ? .plain : configuration.strided ? .transposed : .upsampled
    let layer = ConvolutionLayer(
      Convolution(
        kind: kind, kernel: configuration.kernel, stride: kind == .transposed ? 2 : 1,
        inputChannels: current.channels, outputChannels: channels, inputHeight: current.height,
        inputWidth: current.width), initializer, named: "dec/\(name)", in: &builder)
    current = ImageShape(of: layer.convolution)
    return layer
  }
}

/// From a state to the smallest image: block-diagonal in `deter`, a layer more from `stoch`.
private struct SmallImageLayers: Sendable {
  let shape: ImageShape
  private let fromDeter: Linear
  private let fromStoch: Dense
  private let toSmall: Linear
  private let norm: Norm
  private let deterOrder: [Int32]
  private let stochOrder: [Int32]

  init(
    _ configuration: DecoderConfiguration.Simple, shape: ImageShape, deter: Int, stoch: Int,
    style: LayerStyle, in builder: inout ParameterBuilder
  ) throws {
    guard shape.channels % configuration.bspace == 0 else {
      throw ImageShapeError(
        problem: "\(shape.channels) channels of the smallest image do not split into "
          + "\(configuration.bspace) blocks",
        remedy: "choose agent.dec.simple.bspace, depth or mults so that they do")
    }
    try shape.checkBlock(kernel: configuration.kernel)
    self.shape = shape
    fromDeter = Linear(
      from: deter, to: shape.count, groups: configuration.bspace, style.initializer,
      named: "dec/sp0", in: &builder)
    fromStoch = Dense(
      from: stoch, to: 2 * configuration.units, style: style, named: "dec/sp1", in: &builder)
    toSmall = Linear(
      from: 2 * configuration.units, to: shape.count, style.initializer, named: "dec/sp2",
      in: &builder)
    norm = Norm(shape.channels, style.kind, named: "dec/spnorm", in: &builder)
    deterOrder = Self.groupedOrder(shape, groups: configuration.bspace)
    stochOrder = shape.channelsLastOrder
  }

  /// Where each element `[channels, height, width]` of the smallest image stands in the output of
  /// the block-diagonal layer, which is `[groups, height, width, channels / groups]`.
  private static func groupedOrder(_ shape: ImageShape, groups: Int) -> [Int32] {
    let width = shape.channels / groups
    return (0..<shape.channels).flatMap { channel in
      (0..<shape.height * shape.width).map { pixel in
        Int32(
          ((channel / width) * shape.height * shape.width + pixel) * width + channel % width)
      }
    }
  }

  func seeds(_ states: RSSMState, _ tape: Tape) -> ImageSeeds {
    ImageSeeds(
      fromDeter: fromDeter(states.deter, tape),
      fromStoch: toSmall(fromStoch(states.stoch, tape), tape))
  }

  func callAsFunction(_ seeds: ImageSeeds, _ tape: Tape) -> ImageTensor {
    norm(
      tape.scatter(
        seeds.fromDeter, order: deterOrder, seeds.fromStoch, order: stochOrder,
        channels: shape.channels, height: shape.height, width: shape.width), tape)
  }
}

/// The smallest images before their norm, as rows.
struct ImageSeeds {
  let fromDeter: Tensor
  let fromStoch: Tensor

  func rows(_ range: Range<Int>) -> ImageSeeds {
    ImageSeeds(fromDeter: fromDeter.rows(range), fromStoch: fromStoch.rows(range))
  }
}
