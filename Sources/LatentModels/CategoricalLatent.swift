import Autodiff
import Distributions
import Foundation
import Kernels

/// S latents of C classes each, one-hot: DreamerV2's and DreamerV3's (ALGORITHM section 4).
///
/// A network gives logits; the distribution is that of their softmax with a share of the uniform one.
package struct CategoricalLatent: DistributedLatent {
  package let count: Int
  /// C.
  package let classes: Int
  package let unimix: Float

  package init(count: Int, classes: Int, unimix: Float) {
    precondition(1...CodeBytes.mostCodes ~= classes, "\(classes) classes")
    (self.count, self.classes, self.unimix) = (count, classes, unimix)
  }

  init(_ settings: some LatentSettings) {
    self.init(count: settings.stoch, classes: settings.classes, unimix: Float(settings.unimix))
  }

  package var codes: Int? { classes }
  package var width: Int { count * classes }
  package var parameterWidth: Int { width }
  package var outputName: String { "logit" }
  package var isSparse: Bool { true }

  /// - Returns: `derived` are the probabilities, `[rows, S · C]`.
  package func distribution(_ parameters: Tensor, _ tape: Tape) -> LatentDistribution {
    let value = CategoricalDistribution(
      logits: parameters, classes: classes, mix: unimix, tape)
    return LatentDistribution(
      parameters: parameters,
      derived: Tensor(
        values: value.probabilities, rows: parameters.rows, columns: parameters.columns))
  }

  package func value(of distribution: LatentDistribution) -> CategoricalDistribution {
    CategoricalDistribution(
      logits: distribution.parameters, probabilities: distribution.derived.values,
      classes: classes, mix: unimix)
  }

  // MARK: in reports

  package var descriptionWidth: Int { width }

  /// The probabilities.
  package func description(of distribution: LatentDistribution) -> [Float] {
    distribution.derived.values.array
  }

  /// A latent's activity is the sum over its classes of the variance of their probabilities; its
  /// perplexity is `exp(-Σ p̄ ln p̄)` with the mean probabilities `p̄`, 1 where one class is always meant
  /// and C where all are meant equally often; a class is dead that is meant less than a tenth as often
  /// as if all were.
  package func usage(of descriptions: [Float]) -> LatentUsage {
    let (means, variances) = LatentUsage.moments(descriptions, width: width)
    let groups = (0..<count).map { $0 * classes..<($0 + 1) * classes }
    let marginals = means.map(Float.init)
    let perplexities = groups.map { group in
      exp(marginals[group].reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) })
    }
    let dead = marginals.count { $0 < 0.1 / Float(classes) }
    return LatentUsage(
      activity: groups.map { Float(variances[$0].reduce(0, +)) },
      codes: .init(
        marginals: marginals, perplexity: perplexities.reduce(0, +) / Float(count),
        deadShare: Float(dead) / Float(width)))
  }

  package func portraits(of description: ArraySlice<Float>) -> [LatentPortrait] {
    stride(from: description.startIndex, to: description.endIndex, by: classes).map {
      .shares(Array(description[$0..<$0 + classes]))
    }
  }

  /// Each class in turn.
  package func moves(of sample: [Float], latent: Int, _ tape: Tape) -> LatentMoves {
    let own = latent * classes..<(latent + 1) * classes
    let samples = own.flatMap { place -> [Float] in
      var moved = sample
      for index in own { moved[index] = index == place ? 1 : 0 }
      return moved
    }
    return LatentMoves(
      names: (0..<classes).map { "class \($0)" }, samples: samples,
      current: (sample[own].firstIndex(of: 1) ?? own.lowerBound) - own.lowerBound)
  }

  // MARK: in replay

  private var numbers: CodeBytes { CodeBytes(codes: classes) }
  package var storedBytes: Int { count * numbers.width }

  /// The number of each latent's class.
  package func store(_ samples: [Float]) -> [UInt8] {
    numbers.bytes(
      of: stride(from: 0, to: samples.count, by: classes).map { start in
        (samples[start..<start + classes].firstIndex(of: 1) ?? start) - start
      })
  }

  package func load(_ bytes: ArraySlice<UInt8>) -> [Float] {
    let codes = numbers.codes(of: bytes)
    var samples = [Float](repeating: 0, count: codes.count * classes)
    for (latent, code) in codes.enumerated() where code < classes {
      samples[latent * classes + code] = 1
    }
    return samples
  }
}
