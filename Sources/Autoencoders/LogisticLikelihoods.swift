import Autodiff
import DensityKernels
import Distributions
import Kernels
import Randomness

/// Pixels whose bytes have the probability that mixtures of logistic distributions give to their cells
/// (Salimans et al. 2017, arXiv:1701.05517); of three channels, the later depend on the earlier.
struct LogisticMixtureLikelihood: Likelihood {
  private let pixels: PixelMixture

  init(_ settings: PixelConfiguration, _ frame: FrameSize) {
    pixels = PixelMixture(
      LogisticMixture(
        channels: frame.channels == 3 ? 3 : 1, components: settings.components, levels: 256,
        floor: -7), frame)
  }

  var scale: PixelScale { .signed }
  var outputChannels: Int { pixels.outputChannels }
  var levels: Int? { 256 }

  func logProbability(of frames: Tensor, _ output: Tensor, _ tape: Tape) -> Tensor {
    pixels.logProbability(of: frames, output, tape)
  }

  func mean(_ output: Tensor, _ tape: Tape) -> [Float] {
    pixels.shares(pixels.distribution(output).mode(tape))
  }

  func sample(_ output: Tensor, _ draw: Draw, _ tape: Tape) -> [Float] {
    pixels.shares(pixels.distribution(output).sample(draw, tape))
  }
}

/// A mixture at each pixel of a frame, or at each number of it where channels are independent.
private struct PixelMixture: Sendable {
  let mixture: LogisticMixture
  let frame: FrameSize

  init(_ mixture: LogisticMixture, _ frame: FrameSize) {
    (self.mixture, self.frame) = (mixture, frame)
  }

  private var rowsOfFrame: Int { frame.count / mixture.channels }
  var outputChannels: Int { mixture.width * frame.channels / mixture.channels }

  func distribution(_ output: Tensor) -> LogisticMixtureDistribution {
    LogisticMixtureDistribution(
      output.reshaped(rows: output.rows * rowsOfFrame, columns: mixture.width), mixture)
  }

  func logProbability(of frames: Tensor, _ output: Tensor, _ tape: Tape) -> Tensor {
    let values = frames.reshaped(rows: frames.rows * rowsOfFrame, columns: mixture.channels)
    let result = distribution(output).logProbability(of: values, tape)
    return tape.rowSums(of: result.reshaped(rows: frames.rows, columns: rowsOfFrame))
  }

  func shares(_ values: Tensor) -> [Float] { values.values.array.map(PixelScale.signed.share) }
}

/// The same with one logistic distribution a number and independent channels.
struct LogisticLikelihood: Likelihood {
  private let frame: FrameSize
  private let grid = DiscretizedLogistic(levels: 256, floor: -7)

  init(_ frame: FrameSize) { self.frame = frame }

  var scale: PixelScale { .signed }
  /// A mean of each channel, and then the logarithm of a scale of each.
  var outputChannels: Int { 2 * frame.channels }
  var levels: Int? { 256 }

  /// Of each pixel.
  private func pixels(_ output: Tensor, _ tape: Tape) -> DiscretizedLogisticDistribution {
    let channels = frame.channels
    let pixels = output.reshaped(rows: output.rows * frame.pixels, columns: 2 * channels)
    return DiscretizedLogisticDistribution(
      mean: tape.columns(0..<channels, of: pixels),
      logScale: tape.columns(channels..<2 * channels, of: pixels), grid)
  }

  func logProbability(of frames: Tensor, _ output: Tensor, _ tape: Tape) -> Tensor {
    let values = frames.reshaped(
      rows: frames.rows * frame.pixels, columns: frame.channels)
    let result = pixels(output, tape).logProbability(of: values, tape)
    return tape.rowSums(of: result.reshaped(rows: frames.rows, columns: frame.pixels))
  }

  func mean(_ output: Tensor, _ tape: Tape) -> [Float] {
    shares(pixels(output, tape).mode(tape))
  }

  func sample(_ output: Tensor, _ draw: Draw, _ tape: Tape) -> [Float] {
    shares(pixels(output, tape).sample(draw, tape))
  }

  private func shares(_ values: Tensor) -> [Float] {
    values.values.array.map(PixelScale.signed.share)
  }
}
