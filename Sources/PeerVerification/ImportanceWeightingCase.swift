import Autodiff
import Autoencoders
import Distributions
import Kernels

/// Bounds from several draws an image (`iwae`), with a decoder of two layers and binary pixels.
struct ImportanceWeightingCase: PeerCase {
  private let file: PeerFile
  /// Images, draws of each, latents, hidden units, pixels.
  private let count: Int
  private let samples: Int
  private let latents: Int
  private let hidden: Int
  private let pixels: Int

  init(_ file: PeerFile) throws {
    self.file = file
    let noise = try file.shape("in/noise/z", axes: 3)
    (count, samples, latents) = (noise[0], noise[1], noise[2])
    hidden = try file.shape("in/w1", axes: 2)[1]
    pixels = try file.shape("in/w2", axes: 2)[1]
  }

  func compare(_ comparison: inout PeerComparison) throws {
    try compareBound(&comparison)
    try compareFirst(&comparison)
    try compareSurrogate(&comparison)
  }

  // MARK: the model

  private static let parameters = ["in/w1", "in/b1", "in/w2", "in/b2"]

  /// `ln p(x|z) + ln p(z) - ln q(z|x)`, `[B · k, 1]`.
  private func logWeights(_ tape: PeerTape) throws -> Tensor {
    let (t, rows, moments) = (tape.tape, count * samples, [count, latents])
    let logVariance = try tape.tracked("in/log_var", moments, rows: count)
    let posterior = NormalDistribution(
      mean: t.repeatRows(try tape.tracked("in/mu", moments, rows: count), times: samples),
      deviation: t.repeatRows(t.deviation(of: logVariance, .halfExponential), times: samples))
    let z = t.tensor(rows: rows, columns: latents, tracked: true)
    posterior.sample(
      noise: try tape.constant("in/noise/z", [count, samples, latents], rows: rows).values,
      into: z, t)
    let prior = NormalDistribution(
      mean: tape.filled(0, rows: rows, columns: latents),
      deviation: tape.filled(1, rows: rows, columns: latents))
    let ratio = t.add(
      prior.logProbability(of: z, t), t.scale(posterior.logProbability(of: z, t), by: -1))
    let x = t.repeatRows(try tape.constant("in/x", [count, pixels], rows: count), times: samples)
    return t.add(try decoder(z, tape).logProbability(of: x, t), ratio)
  }

  private func decoder(_ z: Tensor, _ tape: PeerTape) throws -> BernoulliDistribution {
    let layer = tape.tape.linear(
      z, WeightBlocks(try tape.parameter("in/w1", [latents, hidden])),
      bias: try tape.parameter("in/b1", [hidden]))
    let units = tape.tape.normActivation(
      layer, NormActivation(Normalization(kind: .none), .tanh), scale: nil, shift: nil)
    return BernoulliDistribution(
      logits: tape.tape.linear(
        units, WeightBlocks(try tape.parameter("in/w2", [hidden, pixels])),
        bias: try tape.parameter("in/b2", [pixels])))
  }

  // MARK: what is made of the weights

  private func compareBound(_ comparison: inout PeerComparison) throws {
    let tape = try comparison.makeTape(parameters: Self.parameters)
    let weights = try logWeights(tape)
    let result = tape.tape.importanceBound(weights, samples: samples)
    let group = "bound"
    try comparison.compare(
      weights.values, "out/log_weight", shape: [count, samples], in: group)
    try comparison.compare(result.bound.values, "out/bound", shape: [count], in: group)
    try comparison.compare(-result.bound.values.sum / Double(count), "out/loss", in: group)
    try comparison.compare(
      result.effectiveSamples, "out/effective_samples", shape: [count], in: group)
    let means = tape.tape.withoutRecording {
      tape.tape.rowMeans(of: weights.reshaped(rows: count, columns: samples).stopped)
    }
    try comparison.compare(means.values, "out/elbo", shape: [count], in: group)
    result.bound.gradient.fill(-1 / Float(count))
    tape.tape.backward()
    try comparison.compareGradients(tape, in: group)
  }

  /// Bounds of fewer draws, as many as each key of the file says.
  private func compareFirst(_ comparison: inout PeerComparison) throws {
    let tape = try comparison.makeTape(parameters: Self.parameters)
    let weights = try logWeights(tape).stopped
    let prefix = "out/bound_first_"
    for key in file.tensors.names where key.hasPrefix(prefix) {
      guard let first = Int(key.dropFirst(prefix.count)), 1...samples ~= first else {
        throw file.error("\(key) is of no number of its \(samples) samples")
      }
      let result = tape.tape.importanceBound(weights, samples: samples, first: first)
      try comparison.compare(
        result.bound.values, key, shape: [count], in: "bound of fewer samples")
    }
  }

  /// pythae's loss, which is no bound: `-Σ w̃ ln w` with shares that are constants.
  private func compareSurrogate(_ comparison: inout PeerComparison) throws {
    let tape = try comparison.makeTape(parameters: Self.parameters)
    let weights = try logWeights(tape)
    let shares = tape.tape.importanceBound(weights.stopped, samples: samples).shares
    let terms = tape.tape.multiply(weights, shares)
    let group = "pythae's surrogate"
    try comparison.compare(-terms.values.sum / Double(count), "out/pythae_surrogate", in: group)
    terms.gradient.fill(-1 / Float(count))
    tape.tape.backward()
    try comparison.compareGradients(of: "pythae_surrogate", tape, in: group)
  }
}
