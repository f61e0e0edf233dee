import Autodiff

extension ConvolutionLayer {
  /// Images one by one.
  ///
  /// - Parameter pools: whether each 2×2 cell is reduced to its maximum.
  package func callAsFunction(
    _ images: [PlanarImage], pools: Bool = false, _ tape: Tape
  ) -> [PlanarImage] {
    tape.convolve(images, convolution, kernel: kernel, bias: bias, pools: pools)
  }
}

extension Norm {
  /// Over the channels of each pixel, in place.
  package func callAsFunction(_ x: PlanarImage, _ tape: Tape) {
    tape.normActivation(x, kind, scale: scale, shift: shift)
  }
}
