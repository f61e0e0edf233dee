import Autodiff
import Distributions
import Kernels
import Randomness

/// Pixels that are black or white, with a probability each (Kingma and Welling 2014, appendix C.1).
///
/// With grey pixels as targets the cross-entropy is the log-probability of nothing; it is what most
/// tutorials train, and is here to be compared with them.
struct BernoulliLikelihood: Likelihood {
  let outputChannels: Int
  /// Whether targets are drawn, so that there are two levels.
  private let isDrawn: Bool

  init(_ settings: PixelConfiguration, _ frame: FrameSize) {
    outputChannels = frame.channels
    isDrawn = settings.isDrawn
  }

  var scale: PixelScale { .unit }
  var levels: Int? { isDrawn ? 2 : nil }

  func logProbability(of frames: Tensor, _ output: Tensor, _ tape: Tape) -> Tensor {
    let pixels = BernoulliDistribution(logits: output)
    return tape.scale(pixels.crossEntropy(to: frames.values, tape), by: -1)
  }

  func mean(_ output: Tensor, _: Tape) -> [Float] {
    let means = Storage(output.values.array)
    means.region.sigmoid()
    return means.region.array
  }

  func sample(_ output: Tensor, _ draw: Draw, _ tape: Tape) -> [Float] {
    BernoulliDistribution(logits: output).sample(draw, tape).values.array
  }
}

extension PixelConfiguration {
  /// Whether pixels of a `bernoulli` likelihood are drawn black or white.
  package var isDrawn: Bool { binary == "draw" }
}

extension AutoencoderConfiguration {
  /// Whether pixels are drawn black or white before the model sees them.
  package var drawsPixels: Bool { likelihood == "bernoulli" && pixels.isDrawn }
}
