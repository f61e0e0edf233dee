import Autodiff
import Distributions
import Kernels
import Learning
import LatentModels
import NeuralNetworks
import Randomness

/// A kind of latents of single frames: what the encoder's numbers mean, and what is drawn from them.
///
/// A family is one file and one line of ``PosteriorFamilies``. A *row* is one place of one frame; frames
/// with vector latents have one place, those with spatial latents one for each cell.
package protocol PosteriorFamily: Sendable {
  /// Numbers that the encoder gives for a row.
  var parameterWidth: Int { get }
  /// Numbers of a sample of a row.
  var width: Int { get }
  /// Parts of a row that have a divergence of their own; 0 where the divergence is a constant.
  var parts: Int { get }
  /// Nats of a row's divergence from the uniform prior, where that is a constant.
  var constantDivergence: Float { get }
  /// Codes that a latent chooses from; nil of latents that have none.
  var codes: Int? { get }
  /// Whether latents are points of a space with normal distributions.
  var isNormal: Bool { get }

  /// Draws latents.
  ///
  /// - Parameters:
  ///   - parameters: `[rows, parameterWidth]`, the encoder's.
  ///   - prior: `[rows, parameterWidth]`, the prior's.
  func encode(
    _ parameters: Tensor, prior: Tensor, _ draw: Draw, _ tape: Tape
  ) -> EncodedRows

  /// Latents that no frame was seen for, `[rows, width]`.
  ///
  /// - Parameters:
  ///   - prior: `[rows, parameterWidth]`.
  ///   - temperature: what deviations are multiplied with, or logits divided by.
  func samples(of prior: Tensor, temperature: Float, _ draw: Draw, _ tape: Tape) -> Tensor

  /// Latents of frames, `[rows, width]`, constants: what ``encode(_:prior:_:_:)`` draws, at a temperature.
  func posteriorSamples(
    _ parameters: Tensor, temperature: Float, _ draw: Draw, _ tape: Tape
  ) -> Tensor

  /// The centre of each row's latents, `[rows, width]`: what diagnostics and interpolations use.
  func centers(_ parameters: Tensor, _ tape: Tape) -> Tensor

  /// Sets what no initialiser sets.
  func begin(in parameters: ParameterStore)

  /// What is learned beside the gradients' step, from all shards' latents in their order.
  ///
  /// - Parameters:
  ///   - encoded: each shard's.
  ///   - number: of the update, from 1 on.
  ///   - key: of all updates' draws.
  func finishUpdate(
    _ encoded: [EncodedRows], number: Int, _ parameters: ParameterStore, key: Key)

  /// Latents `[n, width]` that the decoder knows, next to some: codes' vectors of quantised ones.
  func nearest(_ latents: [Float], _ parameters: ParameterStore) -> [Float]

  /// The vectors that codes stand for, one after the other.
  func vectors(of codes: [Int32], _ parameters: ParameterStore) -> [Float]

  /// Diagonal normal posteriors as numbers, for what is estimated from these; nil of other families.
  func moments(_ parameters: Tensor, _ tape: Tape) -> PosteriorMoments?
}

/// What came of encoding rows.
package struct EncodedRows: Sendable {
  /// `[rows, width]`, for the decoder. Its gradient goes back to the encoder.
  package let sample: Tensor
  /// Of each part of each row, `[rows · parts, 1]`; nil where it is a constant.
  package var divergence: Divergence?
  /// Losses of the family's own, `[rows, 1]` each: a term's weight is for one row.
  package var penalties: [(term: LossTerm, losses: Tensor)] = []
  /// The codes of all rows; empty of latents that have none.
  package var codes: [Int32] = []
  /// What moves a codebook by averages; nil of latents without one.
  package var assigned: AssignedRows?
  /// `[rows, parameterWidth]`: what was encoded.
  package var inputs: Tensor

  package init(sample: Tensor, inputs: Tensor) { (self.sample, self.inputs) = (sample, inputs) }
}

/// A family whose draws have densities, so that they can be weighed.
package protocol DensePosterior: PosteriorFamily {
  /// `ln p(z) - ln q(z)` of each row, `[rows, 1]`, tracked.
  func logRatio(
    of sample: Tensor, _ parameters: Tensor, prior: Tensor, _ tape: Tape
  ) -> Tensor
}

/// Normal posteriors as plain numbers.
package struct PosteriorMoments: Sendable {
  /// `[rows, D]`.
  package let means: [Float]
  /// `[rows, D]` deviations of a diagonal covariance, or `[rows, D, D]`, the lower Cholesky factors of
  /// full ones.
  package let deviations: [Float]
  package let isFull: Bool

  package init(means: [Float], deviations: [Float], isFull: Bool) {
    (self.means, self.deviations, self.isFull) = (means, deviations, isFull)
  }
}

extension PosteriorFamily {
  /// By default as from a prior: its parameters are of the same kind.
  package func posteriorSamples(
    _ parameters: Tensor, temperature: Float, _ draw: Draw, _ tape: Tape
  ) -> Tensor { samples(of: parameters, temperature: temperature, draw, tape) }

  /// Whether latents are codes whose divergence is a constant.
  package var isQuantised: Bool { parts == 0 }

  package var constantDivergence: Float { 0 }
  package var codes: Int? { nil }
  package var isNormal: Bool { false }
  package func begin(in _: ParameterStore) {}
  package func finishUpdate(
    _: [EncodedRows], number _: Int, _: ParameterStore, key _: Key
  ) {}
  package func nearest(_ latents: [Float], _: ParameterStore) -> [Float] { latents }
  package func vectors(of _: [Int32], _: ParameterStore) -> [Float] { [] }
  package func moments(_: Tensor, _: Tape) -> PosteriorMoments? { nil }
}

/// The families that a configuration can name.
package enum PosteriorFamilies {
  private static let all:
    [(
      name: String,
      make: @Sendable (AutoencoderConfiguration, inout ParameterBuilder) -> any PosteriorFamily
    )] = [
      (
        "gaussian",
        { settings, _ in
          ClosedPosterior(
            GaussianLatent(count: settings.latent.size, map: .halfExponential))
        }
      ),
      (
        "full_gaussian",
        { settings, _ in
          ClosedPosterior(
            FullGaussianLatent(count: settings.latent.size, map: .halfExponential))
        }
      ),
      (
        "categorical",
        { settings, _ in
          ClosedPosterior(
            CategoricalLatent(
              count: settings.latent.size, classes: settings.latent.classes,
              unimix: Float(settings.latent.unimix)))
        }
      ),
      ("vq", { VectorQuantizedPosterior($0, in: &$1) }),
      ("fsq", { settings, _ in FiniteScalarPosterior(settings) }),
    ]

  package static var names: [String] { all.map(\.name) }

  static func make(
    _ configuration: AutoencoderConfiguration, in builder: inout ParameterBuilder
  ) -> any PosteriorFamily {
    guard let family = all.first(where: { $0.name == configuration.posterior }) else {
      preconditionFailure("no posterior is called \(configuration.posterior)")
    }
    return family.make(configuration, &builder)
  }
}
