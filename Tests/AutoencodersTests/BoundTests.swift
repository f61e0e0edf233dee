import Autodiff
import Autoencoders
import Distributions
import Foundation
import Kernels
import Learning
import NeuralNetworks
import Randomness
import TestSupport
import Testing

@Suite("bounds of models of frames")
struct BoundTests {
  // MARK: one pixel

  /// A model of one pixel whose encoder says N(1, 4) and whose decoder says 0.3, whatever they see.
  private func onePixel(
    _ change: (inout AutoencoderConfiguration) -> Void
  ) throws -> AutoencoderLearner {
    var configuration = AutoencoderConfiguration()
    (configuration.net.stages, configuration.net.units) = (0, 2)
    (configuration.latent.size, configuration.likelihood) = (1, "gaussian")
    change(&configuration)
    let model = try Autoencoder(
      configuration, frame: FrameSize(height: 1, width: 1, channels: 1), labels: nil,
      key: Key(seed: 1))
    let store = model.parameters
    for entry in store.trained { store[entry].fill(0) }
    for (name, values) in [("enc/posterior/bias", [1, log(4)]), ("dec/conv0/bias", [0.3])] {
      let entry = try #require(store.entry(named: name), "\(store.entries.map(\.name))")
      store[entry].copy(from: values.map { Float($0) })
    }
    return AutoencoderLearner(model, optimizer: OptimizerConfiguration(), shards: 2)
  }

  private func losses(_ learner: AutoencoderLearner, _ bytes: [UInt8]) -> [String: Double] {
    let found = learner.differentiate(
      FrameBatch(bytes: bytes, labels: []), key: Key(seed: 2), pool: WorkerPool(threads: 1))
    return Dictionary(
      uniqueKeysWithValues: found.losses.terms.map { ($0.term.name, $0.mean) })
  }

  /// ½ (0.7 / 0.5)² + ln(0.5 √2π) and ½ (1² + 4 - 1 - ln 4).
  @Test("the evidence bound of one white pixel, worked by hand")
  func bound() throws {
    let learner = try onePixel { ($0.pixels.variance, $0.pixels.sigma) = ("fixed", 0.5) }
    let found = losses(learner, [255, 255])
    #expect(abs((found["distortion"] ?? 0) - 1.205791) < 1e-5)
    #expect(abs((found["rate"] ?? 0) - 1.306853) < 1e-5)
  }

  /// Errors 0.3 and 0.7: a mean square of 0.29, with which the distortion is ½ ln(2π e · 0.29).
  @Test("an optimal variance is the mean square of the whole batch, over shards")
  func optimalVariance() throws {
    let learner = try onePixel { $0.pixels.variance = "optimal" }
    let found = losses(learner, [0, 255])
    #expect(abs((found["distortion"] ?? 0) - 0.5 * log(2 * .pi * M_E * 0.29)) < 1e-5)
    let store = learner.model.parameters
    let entry = try #require(store.entry(named: "dec/sigma/optimal"))
    #expect(abs(store[entry][0] - 0.5 * log(0.29)) < 1e-5)
  }

  // MARK: draws

  /// A model as it begins, and what eight frames of it come to on a tape.
  private func weights(samples: Int, key: Key) throws -> (bounds: [Float], logWeights: [Float]) {
    var configuration = AutoencoderConfiguration()
    (configuration.net.stages, configuration.net.depth, configuration.net.units) = (1, 3, 7)
    configuration.latent.size = 3
    let model = try Autoencoder(
      configuration, frame: FrameSize(height: 4, width: 4, channels: 1), labels: nil,
      key: Key(seed: 4))
    // Posteriors that are not the prior, and latents that the decoder hears.
    for entry in model.parameters.trained {
      model.parameters[entry].copy(from: model.parameters[entry].array.map { 3 * $0 })
    }
    let tape = Tape(arena: Arena(), values: model.parameters.values, gradients: .empty)
    return try tape.withoutRecording {
      let frames = model.numbers(of: (0..<8 * 16).map { UInt8($0 * 73 % 256) }, tape)
      let pass = model.pass(
        frames, nil, samples: samples, .random(key, RowNumbering()), tape)
      let weights = try #require(model.logWeights(pass, tape))
      return (
        tape.importanceBound(weights, samples: samples).bound.values.array, weights.values.array
      )
    }
  }

  @Test("of one draw the importance-weighted bound is that draw's evidence bound")
  func oneDraw() throws {
    let found = try weights(samples: 1, key: Key(seed: 5))
    #expect(largestError(found.bounds, found.logWeights) < 1e-6)
  }

  @Test("more draws make it tighter on average")
  func moreDraws() throws {
    func mean(_ samples: Int) throws -> Double {
      let bounds = try (0..<max(1, 200 / samples)).flatMap { number in
        try weights(samples: samples, key: Key(seed: 6).fold(samples).fold(number)).bounds
      }
      return bounds.reduce(0) { $0 + Double($1) } / Double(bounds.count)
    }
    let (one, five, many) = (try mean(1), try mean(5), try mean(100))
    #expect(one + 0.1 < five && five + 0.03 < many, "\(one), \(five), \(many)")
  }

  // MARK: a model whose likelihood is known

  /// `z ~ N(0, I)`, `x = W z + N(0, ¼ I)`: the posterior is N(m, Λ⁻¹), Λ = I + 4 WᵀW.
  private enum LinearModel {
    static let weights: [[Float]] = [[1, 0.8], [0.3, 0.6], [0.8, 0.5]]
    static let frame: [Float] = [0.7, -0.4, 1.1]
    /// ln N(x; 0, W Wᵀ + ¼ I), by NumPy.
    static let logLikelihood = -3.581372
    static let mean: [Float] = [0.928491, -0.274212]
    static let precisions: [Float] = [7.92, 6.0]
    /// Of the covariance [[0.351914, -0.323761], [-0.323761, 0.464527]].
    static let (diagonal, lower): ([Float], [Float]) = ([0.593224, 0.408248], [-0.545766])
    /// ½ ln(Π Λᵢᵢ / det Λ): what a diagonal covariance loses.
    static let gap = 0.512512
  }

  /// `ln p(x | z) + ln p(z) - ln q(z)` of each draw.
  private func logWeights(
    _ posterior: some Distribution, rows: Int, _ tape: Tape
  ) -> [Float] {
    let z = posterior.sample(.random(Key(seed: 8), RowNumbering()), tape)
    let latents = z.values.array
    func filled(_ value: Float, _ columns: Int) -> Tensor {
      tape.constant(.init(repeating: value, count: rows * columns), rows: rows, columns: columns)
    }
    let means = (0..<rows).flatMap { row in
      LinearModel.weights.map { $0[0] * latents[2 * row] + $0[1] * latents[2 * row + 1] }
    }
    let frames = (0..<rows).flatMap { _ in LinearModel.frame }
    let likelihood = NormalDistribution(
      mean: tape.constant(means, rows: rows, columns: 3), deviation: filled(0.5, 3)
    ).logProbability(of: tape.constant(frames, rows: rows, columns: 3), tape)
    let prior = NormalDistribution(mean: filled(0, 2), deviation: filled(1, 2))
      .logProbability(of: z, tape)
    let own = posterior.logProbability(of: z, tape)
    return (0..<rows).map { likelihood.values[$0] + prior.values[$0] - own.values[$0] }
  }

  private func repeated(_ row: [Float], _ rows: Int, _ tape: Tape) -> Tensor {
    tape.constant((0..<rows).flatMap { _ in row }, rows: rows, columns: row.count)
  }

  @Test("with the exact posterior, of full covariance, every draw gives the exact log-likelihood")
  func exact() {
    let tape = TapeFixture().tape
    let posterior = FullNormalDistribution(
      mean: repeated(LinearModel.mean, 100, tape), lower: repeated(LinearModel.lower, 100, tape),
      diagonal: repeated(LinearModel.diagonal, 100, tape))
    let found = logWeights(posterior, rows: 100, tape)
    #expect(found.allSatisfy { abs(Double($0) - LinearModel.logLikelihood) < 0.001 })
  }

  @Test("the best diagonal covariance loses half the logarithm of what it leaves out")
  func diagonal() {
    let tape = TapeFixture().tape
    let rows = 40_000
    let posterior = NormalDistribution(
      mean: repeated(LinearModel.mean, rows, tape),
      deviation: repeated(LinearModel.precisions.map { 1 / $0.squareRoot() }, rows, tape))
    let found = logWeights(posterior, rows: rows, tape)
    let bound = found.reduce(0) { $0 + Double($1) } / Double(rows)
    #expect(abs(LinearModel.logLikelihood - bound - LinearModel.gap) < 0.02, "\(bound)")
  }
}
