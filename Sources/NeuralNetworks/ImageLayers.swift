import Autodiff
import Kernels

/// A convolution with its parameters.
public struct ConvolutionLayer: Sendable {
  public let convolution: Convolution
  let kernel: Parameter
  let bias: Parameter

  public init(
    _ convolution: Convolution, _ initializer: Initializer, named name: String,
    in builder: inout ParameterBuilder
  ) {
    self.convolution = convolution
    kernel = builder.declare(
      "\(name)/kernel",
      shape: [
        convolution.kernel, convolution.kernel, convolution.inputChannels,
        convolution.outputChannels,
      ], initializer)
    bias = builder.declare("\(name)/bias", shape: [convolution.outputChannels], .zeros)
  }

  /// - Parameter pools: whether each 2×2 cell is reduced to its maximum.
  public func callAsFunction(_ x: ImageTensor, pools: Bool = false, _ tape: Tape) -> ImageTensor {
    tape.convolve(x, convolution, kernel: kernel, bias: bias, pools: pools)
  }
}

extension Norm {
  /// Over the channels of each pixel.
  public func callAsFunction(_ x: ImageTensor, _ tape: Tape) -> ImageTensor {
    tape.normActivation(x, kind, scale: scale, shift: shift)
  }
}
