import Autodiff
import Distributions
import Kernels
import NeuralNetworks
import Randomness

/// All that a model, its learner, replay and reports need to know of a kind of latent.
///
/// A family is one file and one line of ``LatentFamilies``. The recurrent state-space model holds one;
/// no other module asks which. A family with a distribution that posterior and prior share is a
/// ``DistributedLatent``, one whose posterior is sure of a code is a ``CodedLatent``: either says less
/// than all of this.
///
/// Shapes: S latents in a row, whose sample has `width` numbers and whose distribution a network gives in
/// `parameterWidth` numbers.
package protocol LatentFamily: Sendable {
  /// S.
  var count: Int { get }
  /// Codes that a latent chooses from; nil of latents that have none.
  var codes: Int? { get }
  /// Numbers of a sample.
  var width: Int { get }
  /// Numbers that a network gives for a row.
  var parameterWidth: Int { get }
  /// The same for a row's prior, where that is another kind of distribution.
  var priorWidth: Int { get }
  /// What the layers that give these numbers are called: `dyn/obs…`, `dyn/prior…`.
  var outputName: String { get }
  /// Whether most numbers of a sample are zero, so that products pass over them.
  var isSparse: Bool { get }
  /// Whether the posterior's loss is a divergence from the prior, which can be balanced, left alone below
  /// free nats, and annealed.
  var hasDivergence: Bool { get }

  /// The family with parameters of its own declared, where it has any: a codebook.
  func declared(in builder: inout ParameterBuilder) -> Self

  // MARK: on a tape

  /// What parameters `[rows, parameterWidth]` of a posterior mean, computed once.
  func distribution(_ parameters: Tensor, _ tape: Tape) -> LatentDistribution
  /// What parameters `[rows, priorWidth]` of a prior mean.
  func prior(_ parameters: Tensor, _ tape: Tape) -> LatentDistribution
  /// A draw of each row.
  ///
  /// - Parameter sample: `[rows, width]`, where it goes. Where it is tracked, its gradient goes back.
  func sample(
    _ distribution: LatentDistribution, _ draw: Draw, into sample: Tensor, _ tape: Tape)
  /// What trains prior and posterior to be near each other.
  func divergence(
    posterior: LatentDistribution, prior: LatentDistribution, _ tape: Tape
  ) -> LatentDivergence
  /// The entropy of each row, summed over its latents, as a constant: `[rows]`.
  func entropy(of distribution: LatentDistribution, _ tape: Tape) -> Region
  /// Samples that no network has a part in, `[rows, width]`.
  func arbitrarySamples(rows: Int, key: Key) -> [Float]

  // MARK: in reports

  /// Numbers that describe a row's distribution.
  var descriptionWidth: Int { get }
  /// `[rows, descriptionWidth]`: what pictures and ``usage(of:)`` are made from.
  func description(of distribution: LatentDistribution) -> [Float]
  /// What use is made of the latents, from descriptions of posteriors over some rows.
  func usage(of descriptions: [Float]) -> LatentUsage
  /// How each latent of a row is drawn, from the row's description.
  func portraits(of description: ArraySlice<Float>) -> [LatentPortrait]
  /// A sample with one of its latents changed, in all ways worth a picture.
  ///
  /// - Parameters:
  ///   - sample: `[width]`.
  ///   - tape: one that knows the model's parameters.
  func moves(of sample: [Float], latent: Int, _ tape: Tape) -> LatentMoves

  // MARK: in replay

  /// Bytes that replay keeps of a sample.
  var storedBytes: Int { get }
  /// Samples `[rows, width]` as bytes `[rows, storedBytes]`.
  func store(_ samples: [Float]) -> [UInt8]
  /// Bytes `[rows, storedBytes]` as samples `[rows, width]`.
  func load(_ bytes: ArraySlice<UInt8>) -> [Float]
}

/// Distributions of latents as a tape holds them, whatever their family.
///
/// Plain tensors and no existential value, so that a steady step allocates nothing.
package struct LatentDistribution: Sendable {
  /// `[rows, parameterWidth]`: what a network gave.
  package let parameters: Tensor
  /// What the family computed from them, in a shape of its own.
  package let derived: Tensor
  /// `[rows · S]`: the codes that the rows are sure of; nil where they are not.
  package let choices: Region?

  package init(parameters: Tensor, derived: Tensor, choices: Region? = nil) {
    (self.parameters, self.derived, self.choices) = (parameters, derived, choices)
  }
}

/// Losses that train prior and posterior to be near each other, `[rows, 1]` each, summed over a row's
/// latents.
package struct LatentDivergence: Sendable {
  /// `KL(posterior ‖ prior)`, in nats. Its gradient goes to the prior alone.
  package let dynamics: Tensor
  /// The same values, with a gradient to the posterior alone; of latents without a divergence, what
  /// holds the encoder's numbers to their codes.
  package let representation: Tensor
  /// What moves a codebook to the encoder's numbers, where there is one that learns so. It counts as
  /// much as the dynamics: both follow the posterior.
  package let codebook: Tensor?

  package init(dynamics: Tensor, representation: Tensor, codebook: Tensor? = nil) {
    (self.dynamics, self.representation) = (dynamics, representation)
    self.codebook = codebook
  }
}

/// A family whose posterior and prior are distributions of one kind, in as many numbers.
package protocol DistributedLatent: LatentFamily {
  /// The distribution as a value of its own type.
  associatedtype Value: ClosedEntropy, ClosedDivergence

  /// The same as a value that draws, compares and measures.
  func value(of distribution: LatentDistribution) -> Value
}

extension DistributedLatent {
  package func sample(
    _ distribution: LatentDistribution, _ draw: Draw, into sample: Tensor, _ tape: Tape
  ) { value(of: distribution).sample(draw, into: sample, tape) }

  package func divergence(
    posterior: LatentDistribution, prior: LatentDistribution, _ tape: Tape
  ) -> LatentDivergence {
    let result = value(of: posterior).divergence(from: value(of: prior), tape)
    return LatentDivergence(
      dynamics: result.trainingSecond, representation: result.trainingFirst)
  }

  package func entropy(of distribution: LatentDistribution, _ tape: Tape) -> Region {
    tape.withoutRecording { value(of: distribution).entropy(tape).values }
  }
}

extension LatentFamily {
  package var priorWidth: Int { parameterWidth }
  package var hasDivergence: Bool { true }

  package func declared(in builder: inout ParameterBuilder) -> Self { self }

  package func prior(_ parameters: Tensor, _ tape: Tape) -> LatentDistribution {
    distribution(parameters, tape)
  }

  /// Draws of priors whose parameters are 0.
  package func arbitrarySamples(rows: Int, key: Key) -> [Float] {
    let tape = Tape(arena: Arena(), values: .empty, gradients: .empty)
    return tape.withoutRecording {
      let value = tape.tensor(rows: rows, columns: width, tracked: false)
      sample(
        prior(tape.zeros(rows: rows, columns: priorWidth), tape), .random(key, RowNumbering()),
        into: value, tape)
      return value.values.array
    }
  }
}

/// How a latent's distribution is drawn.
package enum LatentPortrait: Sendable, Equatable {
  /// The probabilities of its classes, which sum to one.
  case shares([Float])
  /// A mean with a standard deviation on either side.
  case interval(mean: Float, deviation: Float)
}

/// A sample with one latent set to several values in turn.
package struct LatentMoves: Sendable, Equatable {
  /// What each is called.
  package let names: [String]
  /// `[moves, width]`.
  package let samples: [Float]
  /// Which of them is the sample itself.
  package let current: Int

  package init(names: [String], samples: [Float], current: Int) {
    (self.names, self.samples, self.current) = (names, samples, current)
  }
}
