import Autodiff
import Distributions
import LatentModels
import Randomness

/// Latents of a family whose distributions have closed divergences: those that a world model has too.
package struct ClosedPosterior<Family: DistributedLatent>: DensePosterior {
  let family: Family
  package let parts: Int

  package init(_ family: Family) {
    self.family = family
    parts = family.partCount
  }

  package var parameterWidth: Int { family.parameterWidth }
  package var width: Int { family.width }
  package var isNormal: Bool { family.codes == nil }

  package func encode(
    _ parameters: Tensor, prior: Tensor, _ draw: Draw, _ tape: Tape
  ) -> EncodedRows {
    let posterior = value(parameters, tape)
    let sample = tape.tensor(rows: parameters.rows, columns: width, tracked: true)
    posterior.sample(draw, into: sample, tape)
    var encoded = EncodedRows(
      sample: family.isSparse ? sample.sparse : sample, inputs: parameters)
    encoded.divergence = divergence(posterior, from: value(prior, tape), tape)
    return encoded
  }

  private func value(_ parameters: Tensor, _ tape: Tape) -> Family.Value {
    family.value(of: family.distribution(parameters, tape))
  }

  /// Of each part, where parts are independent; else of rows.
  private func divergence(
    _ posterior: Family.Value, from prior: Family.Value, _ tape: Tape
  ) -> Divergence {
    func separated<Value: SeparableDistribution>(_ posterior: Value) -> Divergence? {
      (prior as? Value).map { posterior.separated.divergence(from: $0.separated, tape) }
    }
    let parts = (posterior as? any SeparableDistribution).flatMap { separated($0) }
    return parts ?? posterior.divergence(from: prior, tape)
  }

  package func samples(
    of prior: Tensor, temperature: Float, _ draw: Draw, _ tape: Tape
  ) -> Tensor {
    if family.codes != nil {
      return value(tape.scale(prior, by: 1 / max(temperature, 1e-6)), tape).sample(draw, tape)
    }
    let prior = value(prior, tape)
    let (center, sample) = (prior.mode(tape), prior.sample(draw, tape))
    return tape.add(
      tape.scale(center, by: 1 - temperature), tape.scale(sample, by: temperature))
  }

  package func centers(_ parameters: Tensor, _ tape: Tape) -> Tensor {
    value(parameters, tape).mode(tape)
  }

  package func logRatio(
    of sample: Tensor, _ parameters: Tensor, prior: Tensor, _ tape: Tape
  ) -> Tensor {
    let posterior = value(parameters, tape).logProbability(of: sample, tape)
    return tape.add(
      value(prior, tape).logProbability(of: sample, tape), tape.scale(posterior, by: -1))
  }

  package func moments(_ parameters: Tensor, _ tape: Tape) -> PosteriorMoments? {
    if let normal = value(parameters, tape) as? NormalDistribution {
      return PosteriorMoments(
        means: normal.mean.values.array, deviations: normal.deviation.values.array, isFull: false)
    }
    guard let normal = value(parameters, tape) as? FullNormalDistribution else { return nil }
    return PosteriorMoments(
      means: normal.mean.values.array, deviations: Self.factors(of: normal), isFull: true)
  }

  /// The lower Cholesky factors, `[rows, D, D]`.
  private static func factors(of normal: FullNormalDistribution) -> [Float] {
    let size = normal.columns
    let (lower, diagonal) = (normal.lower.values.array, normal.diagonal.values.array)
    let below = size * (size - 1) / 2
    var factors = [Float](repeating: 0, count: normal.rows * size * size)
    for row in 0..<normal.rows {
      for i in 0..<size {
        let place = (row * size + i) * size
        factors[place + i] = diagonal[row * size + i]
        for j in 0..<i { factors[place + j] = lower[row * below + i * (i - 1) / 2 + j] }
      }
    }
    return factors
  }
}

extension DistributedLatent {
  /// Parts of a row that have a divergence of their own.
  fileprivate var partCount: Int { Value.self is any SeparableDistribution.Type ? count : 1 }
}
