import Kernels

/// Normalisation over the channels of each pixel, then an activation, for sixteen images at a time
/// on one thread.
package struct ChannelNorm: Sendable, Equatable {
  package let normalization: Normalization
  package let activation: Activation
  package let channels: Int
  /// Height times width.
  package let pixels: Int

  package init(
    _ normalization: Normalization, activation: Activation, channels: Int, pixels: Int
  ) {
    precondition(channels > 0 && pixels >= 0, "\(channels) channels of \(pixels) pixels")
    self.normalization = normalization
    self.activation = activation
    self.channels = channels
    self.pixels = pixels
  }

  /// `output = activation(norm(input))`.
  ///
  /// - Parameters:
  ///   - input, output: `[channels, pixels, 16]`; they may be the same region.
  ///   - scale: `[channels]`; not read where there is no norm.
  ///   - shift: `[channels]`; read by layer norm only.
  package func forward(_ input: Region, scale: Region, shift: Region, output: Region) {
    check(input, output, scale, shift)
    kernels.channel_norm(
      input.base, channels, pixels, normalization.code, normalization.epsilon, scale.base,
      shift.base, activation.code, output.base)
  }

  /// Turns the gradient at the output into that at the input, and adds to those of scale and shift;
  /// everything else is computed again from the input.
  ///
  /// - Parameters:
  ///   - input: `[channels, pixels, 16]`.
  ///   - gradient: `[channels, pixels, 16]`: at the output, and then at the input.
  ///   - scaleGradient, shiftGradient: `[channels]` where there is such a parameter.
  package func backward(
    _ input: Region, gradient: Region, scale: Region, shift: Region, scaleGradient: Region,
    shiftGradient: Region, scratch: Arena
  ) {
    check(input, gradient, scale, shift)
    check(input, gradient, scaleGradient, shiftGradient)
    let mark = scratch.mark
    defer { scratch.rewind(to: mark) }
    let memory = scratch.allocate(normalization.kind == .none ? 0 : 16 * channels * 10)
    kernels.channel_norm_gradient(
      input.base, gradient.base, channels, pixels, normalization.code,
      normalization.epsilon, scale.base, shift.base, activation.code, scaleGradient.base,
      shiftGradient.base, memory.base)
  }

  private func check(_ first: Region, _ second: Region, _ scale: Region, _ shift: Region) {
    let count = channels * pixels * 16
    precondition(
      first.count == count && second.count == count
        && (!normalization.hasScale || scale.count == channels)
        && (!normalization.hasShift || shift.count == channels),
      "blocks of \(first.count) and \(second.count) floats, \(scale.count) scales and "
        + "\(shift.count) shifts for \(channels) channels of \(pixels) pixels")
  }
}
