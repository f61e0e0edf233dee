import Autodiff
import Distributions
import Kernels
import Randomness

/// Latents that are codes: the posterior means one code of each latent and no other, the prior is a
/// categorical distribution over them.
///
/// A sample of a latent is its code's vector. The encoder's numbers become the nearest code, through which
/// the gradient goes straight; the prior learns to foretell the code, by its cross-entropy. That is the
/// divergence of the prior from a posterior that is sure, and there is none that would hold the posterior
/// to the prior: a code is a code.
package protocol CodedLatent: LatentFamily {
  /// K: codes of each latent.
  var codeCount: Int { get }
  /// Numbers of a code, and of what the encoder gives for a latent.
  var codeWidth: Int { get }
  /// Share of the uniform distribution in the prior.
  var unimix: Float { get }

  /// The nearest codes.
  ///
  /// - Parameter x: `[rows · S, codeWidth]`.
  /// - Returns: the numbers of the codes, `[rows · S]`, and their vectors, shaped as x, whose gradient
  ///   goes to x.
  func quantize(_ x: Tensor, _ tape: Tape) -> (choices: Region, value: Tensor)
  /// The vectors of codes.
  ///
  /// - Parameter vectors: `[rows · S, codeWidth]`, where they go.
  func look(up choices: Region, into vectors: Region, _ tape: Tape)
  /// What holds the encoder's numbers and the codes together, `[rows · S, 1]` each; nil where nothing
  /// does.
  func losses(
    of x: Tensor, _ choices: Region, _ tape: Tape
  ) -> (commitment: Tensor, codebook: Tensor)?
  /// The codes of samples, `[rows · S]`, as far as they can be told.
  ///
  /// - Parameter samples: `[rows · S, codeWidth]`.
  func codes(of samples: [Float], _ tape: Tape) -> [Int]
}

extension CodedLatent {
  package var codes: Int? { codeCount }
  package var width: Int { count * codeWidth }
  package var parameterWidth: Int { width }
  package var priorWidth: Int { count * codeCount }
  package var outputName: String { "code" }
  package var isSparse: Bool { false }
  package var hasDivergence: Bool { false }

  /// The latents' distributions over their codes, as reports describe those.
  private var classes: CategoricalLatent {
    CategoricalLatent(count: count, classes: codeCount, unimix: unimix)
  }

  // MARK: on a tape

  /// - Returns: `derived` are the codes' vectors, `[rows, Z]`.
  package func distribution(_ parameters: Tensor, _ tape: Tape) -> LatentDistribution {
    let quantized = quantize(latents(of: parameters), tape)
    return LatentDistribution(
      parameters: parameters,
      derived: quantized.value.reshaped(rows: parameters.rows, columns: width),
      choices: quantized.choices)
  }

  /// - Returns: `derived` are the codes' probabilities, `[rows, S · K]`.
  package func prior(_ parameters: Tensor, _ tape: Tape) -> LatentDistribution {
    classes.distribution(parameters, tape)
  }

  package func sample(
    _ distribution: LatentDistribution, _ draw: Draw, into sample: Tensor, _ tape: Tape
  ) {
    if distribution.choices != nil {
      tape.copy(distribution.derived, into: sample)
      return
    }
    let mark = tape.arena.mark
    let drawn = classes.value(of: distribution).sample(draw, tape)
    let choices = tape.arena.allocate(sample.rows * count)
    Codebook.choices(ofOneHot: drawn.values, codes: codeCount, into: choices)
    look(up: choices, into: sample.values, tape)
    tape.arena.rewind(to: mark)
  }

  /// The prior's cross-entropy at the posterior's codes, for the prior; what commits the encoder to its
  /// codes, for the posterior; and the codebook's own loss.
  package func divergence(
    posterior: LatentDistribution, prior: LatentDistribution, _ tape: Tape
  ) -> LatentDivergence {
    let rows = posterior.parameters.rows
    guard let choices = posterior.choices else { preconditionFailure("a posterior without codes") }
    let oneHot = tape.arena.allocate(rows * priorWidth)
    Codebook.oneHot(choices, codes: codeCount, into: oneHot)
    let logProbability = classes.value(of: prior).terms(at: oneHot, tape).logProbability
    let dynamics = tape.scale(logProbability, by: -1)
    guard let losses = losses(of: latents(of: posterior.parameters), choices, tape) else {
      let nothing = tape.tensor(rows: rows, columns: 1, tracked: true)
      nothing.values.fill(0)
      return LatentDivergence(dynamics: dynamics, representation: nothing)
    }
    func sum(_ loss: Tensor) -> Tensor {
      tape.rowSums(of: loss.reshaped(rows: rows, columns: count))
    }
    return LatentDivergence(
      dynamics: dynamics, representation: sum(losses.commitment),
      codebook: sum(losses.codebook))
  }

  /// 0 of a posterior.
  package func entropy(of distribution: LatentDistribution, _ tape: Tape) -> Region {
    distribution.choices == nil
      ? classes.entropy(of: distribution, tape)
      : tape.arena.allocateZeros(distribution.parameters.rows)
  }

  private func latents(of parameters: Tensor) -> Tensor {
    parameters.reshaped(rows: parameters.rows * count, columns: codeWidth)
  }

  // MARK: in reports

  package var descriptionWidth: Int { priorWidth }

  /// The codes' probabilities; a posterior is sure of one.
  package func description(of distribution: LatentDistribution) -> [Float] {
    guard let choices = distribution.choices?.array else {
      return classes.description(of: distribution)
    }
    var description = [Float](repeating: 0, count: choices.count * codeCount)
    for (index, code) in choices.enumerated() { description[index * codeCount + Int(code)] = 1 }
    return description
  }

  package func usage(of descriptions: [Float]) -> LatentUsage { classes.usage(of: descriptions) }

  package func portraits(of description: ArraySlice<Float>) -> [LatentPortrait] {
    classes.portraits(of: description)
  }

  /// Its code among the first few, each of them in turn.
  package func moves(of sample: [Float], latent: Int, _ tape: Tape) -> LatentMoves {
    let own = latent * codeWidth..<(latent + 1) * codeWidth
    let code = codes(of: Array(sample[own]), tape).first ?? 0
    var shown = Array(0..<min(codeCount, 32))
    if code >= shown.count { shown[shown.count - 1] = code }
    let vectors = Storage(count: shown.count * codeWidth)
    let choices = Storage(shown.map { Float($0) })
    let numbers = withExtendedLifetime((vectors, choices)) {
      look(up: choices.region, into: vectors.region, tape)
      return vectors.region.array
    }
    let samples = shown.indices.flatMap { index -> [Float] in
      var moved = sample
      moved.replaceSubrange(own, with: numbers[index * codeWidth..<(index + 1) * codeWidth])
      return moved
    }
    return LatentMoves(
      names: shown.map { "code \($0)" }, samples: samples,
      current: shown.firstIndex(of: code) ?? 0)
  }
}
