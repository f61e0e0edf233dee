import Autodiff
import Autoencoders
import Distributions
import Kernels

/// Posteriors, losses and likelihoods of variational auto-encoders (`elbo`): pythae's losses, and the parts
/// as torch.distributions has them.
struct EvidenceBoundCase: PeerCase {
  private struct Facts: Decodable {
    let sigma: Float
    let beta: Float
  }

  private let file: PeerFile
  private let facts: Facts
  /// Images.
  private let count: Int
  /// `[B, D]`, of latents.
  private let latents: [Int]
  /// `[B, X]`, of pixels.
  private let pixels: [Int]

  init(_ file: PeerFile) throws {
    self.file = file
    facts = try file.specification(Facts.self)
    try file.require(facts.sigma > 0 && facts.sigma.isFinite, "the sigma \(facts.sigma)")
    try file.require(facts.beta.isFinite, "the beta \(facts.beta)")
    latents = try file.shape("in/mu", axes: 2)
    count = latents[0]
    pixels = [count, try file.shape("in/mean", axes: 2)[1]]
  }

  func compare(_ comparison: inout PeerComparison) throws {
    try comparePosterior(&comparison)
    try compareDivergences(&comparison)
    for (name, beta) in [("vae", 1), ("beta", facts.beta)] {
      for kind in ["mse", "bce", "bce_binary"] {
        try compareLoss(name, kind, beta: beta, &comparison)
      }
    }
    try compareNormalLikelihoods(&comparison)
    try compareDiscreteLikelihoods(&comparison)
    try compareOptimalVariance(&comparison)
  }

  // MARK: the posterior

  /// The normal distribution of a mean and a logarithm of the variance.
  ///
  /// - Parameter rows: as many as images; as many as numbers, for a divergence of each number.
  private func normal(
    _ mean: String, _ logVariance: String, _ tape: PeerTape, rows: Int? = nil
  ) throws -> NormalDistribution {
    let rows = rows ?? count
    return NormalDistribution(
      mean: try tape.tracked(mean, latents, rows: rows),
      deviation: tape.tape.deviation(
        of: try tape.tracked(logVariance, latents, rows: rows), .halfExponential))
  }

  private func standard(_ tape: PeerTape, rows: Int, columns: Int) -> NormalDistribution {
    NormalDistribution(
      mean: tape.filled(0, rows: rows, columns: columns),
      deviation: tape.filled(1, rows: rows, columns: columns))
  }

  private func comparePosterior(_ comparison: inout PeerComparison) throws {
    let tape = try comparison.makeTape()
    let posterior = try normal("in/mu", "in/log_var", tape)
    let z = tape.tape.tensor(rows: count, columns: latents[1], tracked: false)
    posterior.sample(
      noise: try tape.constant("in/noise/z", latents, rows: count).values, into: z, tape.tape)
    let group = "posterior"
    try comparison.compare(z.values, "out/z", shape: latents, in: group)
    try comparison.compare(
      posterior.logProbability(of: z, tape.tape).values, "out/log_q", shape: [count], in: group)
    try comparison.compare(
      posterior.entropy(tape.tape).values, "out/entropy", shape: [count], in: group)
  }

  private func compareDivergences(_ comparison: inout PeerComparison) throws {
    let tape = try comparison.makeTape()
    let rows = count * latents[1]
    let posterior = try normal("in/mu", "in/log_var", tape, rows: rows)
    let group = "divergence"
    try comparison.compare(
      posterior.divergence(from: standard(tape, rows: rows, columns: 1), tape.tape)
        .trainingFirst.values, "out/kl", shape: latents, in: group)
    let prior = try normal("in/prior_mean", "in/prior_log_var", tape, rows: rows)
    let divergence = posterior.divergence(from: prior, tape.tape)
    try comparison.compare(
      divergence.trainingFirst.values, "out/kl_prior", shape: latents, in: group)
    divergence.trainingFirst.gradient.fill(1)
    divergence.trainingSecond.gradient.fill(1)
    tape.tape.backward()
    try comparison.compareGradients(of: "kl_prior", tape, in: group)
  }

  // MARK: pythae's losses

  private func compareLoss(
    _ name: String, _ kind: String, beta: Float, _ comparison: inout PeerComparison
  ) throws {
    let tape = try comparison.makeTape()
    let posterior = try normal("in/mu", "in/log_var", tape)
    let divergence = posterior.divergence(
      from: standard(tape, rows: count, columns: latents[1]), tape.tape
    ).trainingFirst
    let (distortion, factor) = try distortion(kind, tape)
    let recon = Double(factor) * distortion.values.sum / Double(count)
    let kl = divergence.values.sum / Double(count)
    let loss = "\(name)/\(kind)"
    try comparison.compare(recon, "out/\(loss)/recon", in: loss)
    try comparison.compare(kl, "out/\(loss)/kl", in: loss)
    try comparison.compare(recon + Double(beta) * kl, "out/\(loss)/loss", in: loss)
    distortion.gradient.fill(factor / Float(count))
    divergence.gradient.fill(beta / Float(count))
    tape.tape.backward()
    try comparison.compareGradients(of: loss, tape, in: loss)
  }

  /// What a reconstruction loses, `[B, 1]`, and what that counts.
  private func distortion(_ kind: String, _ tape: PeerTape) throws -> (Tensor, factor: Float) {
    if kind == "mse" {
      let target = try tape.constant("in/x", pixels, rows: count)
      let mean = try tape.tracked("in/mean", pixels, rows: count)
      return (tape.tape.squaredError(mean, target: target.values), 0.5)
    }
    let target = try tape.constant(
      kind == "bce" ? "in/x" : "in/x_binary", pixels, rows: count)
    let bits = BernoulliDistribution(logits: try tape.tracked("in/logits", pixels, rows: count))
    return (bits.crossEntropy(to: target.values, tape.tape), 1)
  }

  // MARK: likelihoods

  private func compareNormalLikelihoods(_ comparison: inout PeerComparison) throws {
    try compareLikelihood("fixed", of: "in/x", &comparison) { tape in
      NormalDistribution(
        mean: try tape.tracked("in/mean", pixels, rows: count),
        deviation: tape.filled(facts.sigma, rows: count, columns: pixels[1]))
    }
    try compareLikelihood("learned", of: "in/x", &comparison) { tape in
      NormalDistribution(
        mean: try tape.tracked("in/mean", pixels, rows: count),
        deviation: tape.tape.deviation(
          of: try tape.tracked("in/logvar", pixels, rows: count), .halfExponential))
    }
  }

  private func compareDiscreteLikelihoods(_ comparison: inout PeerComparison) throws {
    try compareLikelihood("bernoulli", of: "in/x_binary", &comparison) { tape in
      BernoulliDistribution(logits: try tape.tracked("in/logits", pixels, rows: count))
    }
    let levels = try file.shape("in/categorical", axes: 3)[2]
    let tape = try comparison.makeTape()
    let distribution = CategoricalDistribution(
      logits: try tape.tracked("in/categorical", pixels + [levels], rows: count),
      classes: levels, tape.tape)
    let chosen = try file.integers("in/level", pixels, in: 0..<levels).flatMap { level in
      (0..<levels).map { $0 == level ? 1 : 0 as Float }
    }
    try compareLikelihood(
      "categorical", distribution, of: tape.constant(chosen, rows: count), tape, &comparison)
  }

  private func compareLikelihood(
    _ name: String, of key: String, _ comparison: inout PeerComparison,
    _ make: (PeerTape) throws -> any Distribution
  ) throws {
    let tape = try comparison.makeTape()
    try compareLikelihood(
      name, try make(tape), of: try tape.constant(key, pixels, rows: count), tape, &comparison)
  }

  private func compareLikelihood(
    _ name: String, _ distribution: any Distribution, of value: Tensor, _ tape: PeerTape,
    _ comparison: inout PeerComparison
  ) throws {
    let result = distribution.logProbability(of: value, tape.tape)
    try comparison.compare(
      result.values, "out/logp/\(name)", shape: [count], in: "likelihoods")
    result.gradient.fill(1)
    tape.tape.backward()
    try comparison.compareGradients(of: "logp/\(name)", tape, in: "likelihoods")
  }

  private func compareOptimalVariance(_ comparison: inout PeerComparison) throws {
    let tape = try comparison.makeTape()
    let mean = try tape.constant("in/mean", pixels, rows: count)
    let x = try tape.constant("in/x", pixels, rows: count)
    var optimum = OptimalVariance()
    optimum.add(mean, target: x.values, tape.tape)
    let group = "optimal variance"
    try comparison.compare(optimum.variance, "out/optimal_variance", in: group)
    let density = optimum.distribution(mean: mean, tape.tape).logProbability(of: x, tape.tape)
    try comparison.compare(
      tape.tape.scale(density, by: -1).values, "out/optimal_sigma_nll", shape: [count], in: group)
  }
}
