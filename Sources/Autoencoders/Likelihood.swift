import Autodiff
import Kernels
import NeuralNetworks
import Randomness

/// How the pixels of a frame are distributed, given what the decoder makes of its latents.
///
/// A likelihood is one file and one line of ``Likelihoods``. Its numbers are nats of a whole frame, sums over
/// all its pixels' numbers.
package protocol Likelihood: Sendable {
  /// How a pixel's byte becomes a number, for the encoder and for the density: `byte · factor + offset`.
  var scale: PixelScale { get }
  /// Channels that the decoder gives.
  var outputChannels: Int { get }
  /// Values that a pixel's number can have, where it is a probability that is given and no density: bits
  /// per dimension mean something for such alone.
  var levels: Int? { get }

  /// `ln p(frame | output)`, `[n, 1]`.
  ///
  /// - Parameters:
  ///   - output: `[n, pixels · outputChannels]`, channels last.
  ///   - frames: `[n, pixels · channels]`, as numbers.
  func logProbability(of frames: Tensor, _ output: Tensor, _ tape: Tape) -> Tensor

  /// The mean of each pixel's number, `[n, pixels · channels]`, as bytes' share of 255.
  func mean(_ output: Tensor, _ tape: Tape) -> [Float]

  /// A draw of each pixel's number, as ``mean(_:_:)``.
  func sample(_ output: Tensor, _ draw: Draw, _ tape: Tape) -> [Float]

  /// The errors of some frames, where the loss needs to know those of the whole batch; else nil.
  func errors(of frames: Tensor, _ output: Tensor, _ tape: Tape) -> OptimalVariance?

  /// Takes note of the errors of a whole batch, before its losses are computed.
  func finishBatch(_ errors: OptimalVariance, _ parameters: ParameterStore)
}

extension Likelihood {
  package var levels: Int? { nil }
  package func errors(of _: Tensor, _: Tensor, _: Tape) -> OptimalVariance? { nil }
  package func finishBatch(_: OptimalVariance, _: ParameterStore) {}
}

/// How a byte becomes a number.
package struct PixelScale: Sendable, Equatable {
  package let factor: Float
  package let offset: Float

  /// From 0 to 1.
  package static let unit = PixelScale(factor: 1 / 255, offset: 0)
  /// From -1 to 1.
  package static let signed = PixelScale(factor: 2 / 255, offset: -1)

  /// The number of each byte.
  package var table: [Float] { (0..<256).map { Float($0) * factor + offset } }

  /// A number as a share of 255, in [0, 1].
  package func share(_ number: Float) -> Float {
    min(max((number - offset) / (255 * factor), 0), 1)
  }
}

/// The likelihoods that a configuration can name.
package enum Likelihoods {
  private static let all:
    [(
      name: String,
      make: @Sendable (PixelConfiguration, FrameSize, inout ParameterBuilder) -> any Likelihood
    )] = [
      ("bernoulli", { settings, frame, _ in BernoulliLikelihood(settings, frame) }),
      ("gaussian", { GaussianLikelihood($0, $1, in: &$2) }),
      ("categorical", { settings, frame, _ in LevelsLikelihood(settings, frame) }),
      ("logistic", { _, frame, _ in LogisticLikelihood(frame) }),
      ("logistic_mixture", { settings, frame, _ in LogisticMixtureLikelihood(settings, frame) }),
    ]

  package static var names: [String] { all.map(\.name) }

  static func make(
    _ configuration: AutoencoderConfiguration, _ frame: FrameSize,
    in builder: inout ParameterBuilder
  ) -> any Likelihood {
    guard let likelihood = all.first(where: { $0.name == configuration.likelihood }) else {
      preconditionFailure("no likelihood is called \(configuration.likelihood)")
    }
    return likelihood.make(configuration.pixels, frame, &builder)
  }
}
