import Autodiff
import ImageKernels
import Kernels

/// A convolution with its parameters.
package struct ConvolutionLayer: Sendable {
  package let convolution: Convolution
  let kernel: Parameter
  let bias: Parameter

  package init(
    _ convolution: Convolution, _ initializer: Initializer, bias: Initializer = .zeros,
    named name: String, in builder: inout ParameterBuilder
  ) {
    self.convolution = convolution
    kernel = builder.declare(
      "\(name)/kernel",
      shape: [
        convolution.kernel, convolution.kernel, convolution.inputChannels,
        convolution.outputChannels,
      ], initializer)
    self.bias = builder.declare(
      "\(name)/bias", shape: [convolution.outputChannels], bias)
  }

  /// - Parameter pools: whether each 2×2 cell is reduced to its maximum.
  package func callAsFunction(_ x: ImageTensor, pools: Bool = false, _ tape: Tape) -> ImageTensor {
    tape.convolve(x, convolution, kernel: kernel, bias: bias, pools: pools)
  }
}

extension Norm {
  /// Over the channels of each pixel.
  package func callAsFunction(_ x: ImageTensor, _ tape: Tape) -> ImageTensor {
    tape.normActivation(x, kind, scale: scale, shift: shift)
  }
}
