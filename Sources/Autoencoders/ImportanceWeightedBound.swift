import Autodiff
import Learning

/// The importance-weighted bound: `ln 1/k Σ p(x, z) / q(z | x)` over k draws (Burda et al. 2016,
/// arXiv:1509.00519, equation 8).
struct ImportanceWeightedBound: Objective {
  let samples: Int

  init(_ configuration: AutoencoderConfiguration) { samples = configuration.iwae.samples }

  func finish(
    _ pass: FramePass, _ batch: FrameBatchFacts, _ model: Autoencoder, _ shard: Shard<FramePass>
  ) {
    let tape = shard.tape
    guard let weights = model.logWeights(pass, tape) else { return }
    let bound = tape.importanceBound(weights, samples: samples)
    bound.bound.gradient.fill(-1 / Float(batch.size))
    let losses = bound.bound.values.array.map { -$0 }
    shard.record(LossTerm("bound", weight: 1, kind: .init("bound")), rows: losses)
    shard.record(
      "effective_samples", sum: bound.effectiveSamples.reduce(0) { $0 + Double($1) },
      count: bound.effectiveSamples.count)
  }
}

extension Autoencoder {
  /// `ln p(x, z) - ln q(z | x)` of each draw, `[n · samples, 1]`; nil of latents without densities.
  package func logWeights(_ pass: FramePass, _ tape: Tape) -> Tensor? {
    guard let posterior = posterior as? any DensePosterior else { return nil }
    let likelihood = likelihood.logProbability(of: pass.frames, pass.output, tape)
    let ratio = posterior.logRatio(
      of: pass.encoded.sample, pass.parameters, prior: pass.prior, tape)
    let ofFrames =
      places == 1
      ? ratio : tape.rowSums(of: ratio.reshaped(rows: pass.frames.rows, columns: places))
    return tape.add(likelihood, ofFrames)
  }
}
