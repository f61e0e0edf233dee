import Autodiff
import Distributions
import Kernels
import Randomness

/// All that a model, its learner, replay and reports need to know of a kind of latent.
///
/// A family is one file and one line of ``LatentFamilies``. The recurrent state-space model holds one;
/// no other module asks which.
///
/// Shapes: S latents in a row, whose sample has `width` numbers and whose distribution a network gives in
/// `parameterWidth` numbers.
package protocol LatentFamily: Sendable {
  /// The distribution as a value of its own type.
  associatedtype Value: ClosedEntropy, ClosedDivergence

  /// S.
  var count: Int { get }
  /// Codes that a latent chooses from; nil of latents that have none.
  var codes: Int? { get }
  /// Numbers of a sample.
  var width: Int { get }
  /// Numbers that a network gives for a row.
  var parameterWidth: Int { get }
  /// What the layers that give these numbers are called: `dyn/obs…`, `dyn/prior…`.
  var outputName: String { get }
  /// Whether most numbers of a sample are zero, so that products pass over them.
  var isSparse: Bool { get }

  // MARK: on a tape

  /// What parameters `[rows, parameterWidth]` mean, computed once.
  func distribution(_ parameters: Tensor, _ tape: Tape) -> LatentDistribution
  /// The same as a value that draws, compares and measures.
  func value(of distribution: LatentDistribution) -> Value

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
  /// - Parameter sample: `[width]`.
  func moves(of sample: [Float], latent: Int) -> LatentMoves

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

  package init(parameters: Tensor, derived: Tensor) {
    (self.parameters, self.derived) = (parameters, derived)
  }
}

extension LatentFamily {
  /// A draw of each row.
  ///
  /// - Parameter sample: `[rows, width]`, where it goes. Where it is tracked, its gradient goes back.
  package func sample(
    _ distribution: LatentDistribution, _ draw: Draw, into sample: Tensor, _ tape: Tape
  ) { value(of: distribution).sample(draw, into: sample, tape) }

  /// `KL(posterior ‖ prior)` of each row, summed over its latents.
  ///
  /// - Returns: `dynamics` and `representation`, `[rows, 1]` each. They hold the same values; the
  ///   first's gradient goes to the prior alone, the second's to the posterior alone.
  package func divergence(
    posterior: LatentDistribution, prior: LatentDistribution, _ tape: Tape
  ) -> (dynamics: Tensor, representation: Tensor) {
    let result = value(of: posterior).divergence(from: value(of: prior), tape)
    return (result.trainingSecond, result.trainingFirst)
  }

  /// The entropy of each row, summed over its latents, as a constant: `[rows]`.
  package func entropy(of distribution: LatentDistribution, _ tape: Tape) -> Region {
    tape.withoutRecording { value(of: distribution).entropy(tape).values }
  }
}

extension LatentFamily {
  /// Samples that no network has a part in, `[rows, width]`: of distributions whose parameters are 0.
  package func arbitrarySamples(rows: Int, key: Key) -> [Float] {
    let tape = Tape(arena: Arena(), values: .empty, gradients: .empty)
    return tape.withoutRecording {
      let parameters = tape.zeros(rows: rows, columns: parameterWidth)
      return value(of: distribution(parameters, tape))
        .sample(.random(key, RowNumbering()), tape).values.array
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
