import Kernels

/// Max-pooling of 2×2 cells of sixteen images at a time, on one thread.
package enum MaxPool {
  /// `output[c, y, x] = max` of the four pixels of a cell.
  ///
  /// - Parameters:
  ///   - input: `[channels, height, width, 16]`, both sides even.
  ///   - output: `[channels, height / 2, width / 2, 16]`, overwritten.
  ///   - mask: as many bytes as `output` has floats, overwritten: bit `2·row + column` says that
  ///     this pixel of the cell equals the maximum.
  package static func forward(
    _ input: Region, channels: Int, height: Int, width: Int, output: Region, mask: Bytes
  ) {
    check(input, output, mask, channels: channels, height: height, width: width)
    kernels.max_pool(input.base, channels, height, width, output.base, mask.base)
  }

  /// The gradient of each maximum in equal parts to the pixels that equal it, as JAX's `reduce_max`
  /// gives it: flat image regions tie often.
  ///
  /// - Parameter inputGradient: `[channels, height, width, 16]`, overwritten.
  package static func backward(
    _ outputGradient: Region, mask: Bytes, channels: Int, height: Int, width: Int,
    inputGradient: Region
  ) {
    check(inputGradient, outputGradient, mask, channels: channels, height: height, width: width)
    kernels.max_pool_gradient(
      outputGradient.base, mask.base, channels, height, width, inputGradient.base)
  }

  private static func check(
    _ large: Region, _ small: Region, _ mask: Bytes, channels: Int, height: Int, width: Int
  ) {
    let count = channels * height * width * 16
    precondition(
      height % 2 == 0 && width % 2 == 0 && large.count == count && small.count == count / 4
        && mask.count == count / 4,
      "pooling \(channels) channels of \(height)×\(width) between blocks of \(large.count) and "
        + "\(small.count) floats with \(mask.count) mask bytes")
  }
}
