import Autodiff
import Distributions
import Foundation
import Kernels
import NeuralNetworks
import Randomness

/// Pixels with normal distributions around what the decoder gives.
///
/// The variance is fixed, a number that is learned, a number for each pixel that the decoder gives, or
/// what makes the batch likeliest, its mean squared error (σ-VAE: Rybkin et al. 2021, arXiv:2006.13202,
/// equation 9; the gradient at the mean is the same as if the error in it were differentiated too).
struct GaussianLikelihood: Likelihood {
  private enum Variance: Sendable {
    case fixed
    /// One number, `[1]`: the logarithm of the deviation.
    case learned(Linear)
    /// The same, which no gradient reaches.
    case optimal(Parameter)
    case perPixel
  }

  private let frame: FrameSize
  private let sigma: Float
  private let variance: Variance

  init(_ settings: PixelConfiguration, _ frame: FrameSize, in builder: inout ParameterBuilder) {
    self.frame = frame
    sigma = Float(settings.sigma)
    // A multiple of one.
    let start = Initializer(.ones, scale: log(settings.sigma))
    variance =
      switch settings.variance {
      case "fixed": .fixed
      case "pixel": .perPixel
      case "optimal":
        .optimal(
          builder.untrained { $0.declare(Self.optimalName, shape: [1], start) })
      default:
        .learned(Linear(from: 1, to: 1, .zeros, bias: start, named: "dec/sigma", in: &builder))
      }
  }

  private static let optimalName = "dec/sigma/optimal"

  var scale: PixelScale { .unit }
  var outputChannels: Int {
    if case .perPixel = variance { 2 * frame.channels } else { frame.channels }
  }

  func logProbability(of frames: Tensor, _ output: Tensor, _ tape: Tape) -> Tensor {
    switch variance {
    case .fixed:
      return tape.logDensity(error(frames, output, tape), deviation: sigma, count: frame.count)
    case .optimal(let logarithm):
      return tape.logDensity(
        error(frames, output, tape), deviation: exp(tape.values(of: logarithm)[0]),
        count: frame.count)
    case .learned(let layer):
      let logarithm = layer(tape.zeros(rows: frames.rows, columns: 1), tape)
      return tape.logDensity(
        error(frames, output, tape), logDeviation: logarithm, count: frame.count)
    case .perPixel:
      let (mean, deviation) = pixels(output, tape)
      let values = frames.reshaped(rows: mean.rows, columns: mean.columns)
      let densities = NormalDistribution(mean: mean, deviation: deviation)
        .logProbability(of: values, tape)
      return tape.rowSums(of: densities.reshaped(rows: frames.rows, columns: frame.pixels))
    }
  }

  private func error(_ frames: Tensor, _ output: Tensor, _ tape: Tape) -> Tensor {
    tape.squaredError(output, target: frames.values)
  }

  /// Of each pixel, `[n · pixels, channels]`.
  private func pixels(_ output: Tensor, _ tape: Tape) -> (mean: Tensor, deviation: Tensor) {
    let channels = frame.channels
    let pixels = output.reshaped(rows: output.rows * frame.pixels, columns: 2 * channels)
    let logarithms = tape.columns(channels..<2 * channels, of: pixels)
    // Begins at `sigma`, and stays above what would make a density of a byte's step infinite.
    let raw = tape.scale(logarithms, by: 1, offset: Self.softplusInverse(sigma - Self.least))
    return (
      tape.columns(0..<channels, of: pixels),
      tape.deviation(of: raw, .softplus(minimum: Self.least))
    )
  }

  /// The least deviation of a pixel: a quarter of a byte's step.
  private static let least: Float = 1 / 1020

  private static func softplusInverse(_ y: Float) -> Float { log(expm1(max(y, 1e-6))) }

  func mean(_ output: Tensor, _ tape: Tape) -> [Float] {
    guard case .perPixel = variance else { return output.values.array }
    return tape.withoutRecording { pixels(output, tape).mean.values.array }
  }

  func sample(_ output: Tensor, _ draw: Draw, _ tape: Tape) -> [Float] {
    tape.withoutRecording {
      let mean: Tensor
      let deviation: Tensor
      if case .perPixel = variance {
        (mean, deviation) = pixels(output, tape)
      } else {
        mean = output
        deviation = tape.tensor(rows: output.rows, columns: output.columns, tracked: false)
        deviation.values.fill(self.deviation(tape))
      }
      return NormalDistribution(mean: mean, deviation: deviation).sample(draw, tape).values.array
    }
  }

  private func deviation(_ tape: Tape) -> Float {
    switch variance {
    case .optimal(let logarithm): exp(tape.values(of: logarithm)[0])
    case .learned(let layer): exp(tape.values(of: layer.bias)[0])
    case .fixed, .perPixel: sigma
    }
  }

  // MARK: of a whole batch

  func errors(of frames: Tensor, _ output: Tensor, _ tape: Tape) -> OptimalVariance? {
    guard case .optimal = variance else { return nil }
    var errors = OptimalVariance()
    errors.add(output, target: frames.values, tape)
    return errors
  }

  func finishBatch(_ errors: OptimalVariance, _ parameters: ParameterStore) {
    guard case .optimal = variance, let entry = parameters.entry(named: Self.optimalName) else {
      return
    }
    let least = Double(Self.least * Self.least)
    parameters[entry][0] = Float(0.5 * log(max(errors.variance, least)))
  }
}

extension Tape {
  /// `ln N` of frames by their squared errors `[n, 1]`: `-error / 2σ² - count · ln(σ √2π)`.
  func logDensity(_ error: Tensor, deviation: Float, count: Int) -> Tensor {
    scale(
      error, by: -0.5 / (deviation * deviation),
      offset: -Float(count) * (log(deviation) + 0.5 * log(2 * .pi)))
  }

  /// The same with a deviation whose logarithm is a tensor, `[n, 1]`.
  func logDensity(_ error: Tensor, logDeviation: Tensor, count: Int) -> Tensor {
    let precision = deviation(of: scale(logDeviation, by: -4), .halfExponential)
    let constant = scale(
      logDeviation, by: -Float(count), offset: -0.5 * Float(count) * log(2 * .pi))
    return add(scale(multiply(error, precision), by: -0.5), constant)
  }
}
