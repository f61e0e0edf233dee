import Autodiff
import ImageKernels
import Kernels
import NeuralNetworks

/// How the layers of frames' networks are made.
struct FrameLayers: Sendable {
  private let kind: NormActivation
  private let initializer: Initializer
  /// Whether weights and biases are drawn as PyTorch's layers draw them.
  private let isUniform: Bool

  /// - Throws: `LayerStyleError`.
  init(_ configuration: FrameNetworkConfiguration) throws {
    let names = configuration.style
    let style = try LayerStyle(
      act: configuration.act, norm: configuration.norm, winit: names.winit)
    (kind, initializer, isUniform) = (style.kind, style.initializer, names.isUniform)
  }

  /// Uniform in `±1/√fan`: what `kaiming_uniform_(a=√5)` comes to.
  private func weights(fan: Int) -> Initializer {
    isUniform ? Self.uniform(fan: fan) : initializer
  }

  private func biases(fan: Int) -> Initializer { isUniform ? Self.uniform(fan: fan) : .zeros }

  private static func uniform(fan: Int) -> Initializer {
    Initializer(.uniform, .none, scale: 1 / (3 * Double(fan)).squareRoot())
  }

  func linear(
    from inputs: Int, to outputs: Int, named name: String, in builder: inout ParameterBuilder
  ) -> Linear {
    Linear(
      from: inputs, to: outputs, weights(fan: inputs), bias: biases(fan: inputs), named: name,
      in: &builder)
  }

  func convolution(
    _ convolution: Convolution, named name: String, in builder: inout ParameterBuilder
  ) -> ConvolutionLayer {
    // Of a transposed one PyTorch counts the outputs.
    let channels =
      convolution.kind == .transposed ? convolution.outputChannels : convolution.inputChannels
    let fan = convolution.kernel * convolution.kernel * channels
    return ConvolutionLayer(
      convolution, weights(fan: fan), bias: biases(fan: fan), named: name, in: &builder)
  }

  func activation(
    _ width: Int, named name: String, in builder: inout ParameterBuilder
  ) -> Norm { Norm(width, kind, named: "\(name)norm", in: &builder) }
}

/// Rows, columns and channels of what lies between two layers of images.
package struct FrameSize: Sendable, Equatable {
  package var height: Int
  package var width: Int
  package var channels: Int

  package init(height: Int, width: Int, channels: Int) {
    (self.height, self.width, self.channels) = (height, width, channels)
  }

  package var pixels: Int { height * width }
  /// Numbers of an image.
  package var count: Int { pixels * channels }

  func convolution(
    _ kind: Convolution.Kind, kernel: Int, stride: Int = 1, to outputs: Int
  ) -> Convolution {
    Convolution(
      kind: kind, kernel: kernel, stride: stride, inputChannels: channels, outputChannels: outputs,
      inputHeight: height, inputWidth: width)
  }

  /// The column of each element `[channels, height, width]` in rows `[height, width, channels]`.
  var channelsLast: [Int32] {
    ImageBlocks.channelsLastOrder(channels: channels, height: height, width: width)
  }

  /// The same in rows `[channels, height, width]`.
  var channelsFirst: [Int32] { (0..<count).map(Int32.init) }

  /// The column of each element where all pixels of a channel are one number of a row.
  var spread: [Int32] {
    (0..<channels).flatMap { [Int32](repeating: Int32($0), count: pixels) }
  }
}

extension Convolution {
  var outputSize: FrameSize {
    FrameSize(height: outputHeight, width: outputWidth, channels: outputChannels)
  }
}

/// A convolution with what follows it.
struct FrameStage: Sendable {
  let convolution: ConvolutionLayer
  let activation: Norm

  init(
    _ shape: Convolution, _ layers: FrameLayers, named name: String,
    in builder: inout ParameterBuilder
  ) {
    convolution = layers.convolution(shape, named: name, in: &builder)
    activation = layers.activation(shape.outputChannels, named: name, in: &builder)
  }

  func callAsFunction(_ x: ImageTensor, _ tape: Tape) -> ImageTensor {
    activation(convolution(x, tape), tape)
  }
}

/// A linear layer with what follows it.
struct FrameDense: Sendable {
  let linear: Linear
  let activation: Norm

  init(
    from inputs: Int, to outputs: Int, _ layers: FrameLayers, named name: String,
    in builder: inout ParameterBuilder
  ) {
    linear = layers.linear(from: inputs, to: outputs, named: name, in: &builder)
    activation = layers.activation(outputs, named: name, in: &builder)
  }

  func callAsFunction(_ x: Tensor, _ condition: Tensor?, _ tape: Tape) -> Tensor {
    activation(consuming: condition.map { linear(x, $0, tape) } ?? linear(x, tape), tape)
  }
}

extension Tape {
  /// Runs `body` on each sixteen rows, whose images nothing else reads.
  func forEachBlock(of rows: Int, _ body: (Range<Int>) -> Void) {
    for start in stride(from: 0, to: rows, by: ImageTensor.lanes) {
      withPassingImageGradients { body(start..<min(start + ImageTensor.lanes, rows)) }
    }
  }
}
