import Autodiff
import Autoencoders
import Configuration
import Foundation
import Kernels
import NeuralNetworks
import Randomness
import TestSupport
import Testing

@Suite("models of frames")
struct AutoencoderTests {
  private static func model(
    _ frame: FrameSize = FrameSize(height: 4, width: 4, channels: 1), labels: Int? = nil,
    _ change: (inout AutoencoderConfiguration) -> Void
  ) throws -> Autoencoder {
    var configuration = AutoencoderConfiguration()
    (configuration.net.stages, configuration.net.depth, configuration.net.units) = (1, 2, 5)
    configuration.latent.size = 3
    change(&configuration)
    return try Autoencoder(configuration, frame: frame, labels: labels, key: Key(seed: 1))
  }

  private func tape(_ model: Autoencoder) -> Tape {
    Tape(arena: Arena(), values: model.parameters.values, gradients: .empty)
  }

  // MARK: refusals

  /// What is refused of a configuration: the key, nil where nothing is.
  private func refused(_ change: (inout AutoencoderConfiguration) -> Void) throws -> String? {
    var configuration = AutoencoderConfiguration()
    change(&configuration)
    struct Refusal: Error {
      let key: String
    }
    do {
      try configuration.check { holds, key, reason in
        #expect(!reason.isEmpty)
        if !holds { throw Refusal(key: key) }
      }
      return nil
    } catch let refusal as Refusal {
      return refusal.key
    }
  }

  @Test("the divergence of codes is a constant, and nothing weighs, anneals or frees it")
  func constants() throws {
    for posterior in ["vq", "fsq"] {
      #expect(try refused { $0.posterior = posterior } == nil)
      #expect(try refused { ($0.posterior, $0.kl.weight) = (posterior, 4) } == "kl.weight")
      #expect(try refused { ($0.posterior, $0.kl.anneal) = (posterior, "linear") } == "kl.anneal")
      #expect(try refused { ($0.posterior, $0.kl.free.nats) = (posterior, 1) } == "kl.free.nats")
      #expect(
        try refused { ($0.posterior, $0.kl.toPosterior) = (posterior, 0.2) } == "kl.to_posterior")
      #expect(try refused { ($0.posterior, $0.prior) = (posterior, "learned") } == "prior")
    }
  }

  @Test("parts that make no sense together are refused, by the key that is at fault")
  func combinations() throws {
    #expect(try refused { $0.latent.unimix = 0.01 } == "latent.unimix")
    #expect(try refused { ($0.posterior, $0.latent.unimix) = ("categorical", 0.01) } == nil)
    #expect(try refused { $0.kl.toPrior = 0.8 } == "kl.to_prior")
    #expect(try refused { ($0.kl.toPrior, $0.prior) = (0.8, "learned") } == nil)
    #expect(
      try refused { ($0.posterior, $0.kl.free.nats) = ("full_gaussian", 1) } == "kl.free.scope")
    #expect(
      try refused {
        ($0.posterior, $0.kl.free.nats, $0.kl.free.scope) = ("full_gaussian", 1, "all")
      } == nil)
    #expect(
      try refused { ($0.objective, $0.posterior) = ("iwae", "categorical") } == "objective")
    #expect(try refused { ($0.objective, $0.kl.weight) = ("iwae", 2) } == "objective")
    #expect(
      try refused { ($0.objective, $0.likelihood) = ("iwae", "gaussian") } == "pixels.variance")
    #expect(try refused { $0.net.norm = "batch" } == "net.norm")
    #expect(try refused { $0.fsq.levels = [8, 1] } == "fsq.levels")
  }

  @Test("frames that make no model are refused: odd sides, no labels, too many latents")
  func frames() throws {
    let odd = FrameSize(height: 6, width: 7, channels: 1)
    #expect(throws: AutoencoderError.self) { try Self.model(odd) { _ in } }
    #expect(throws: AutoencoderError.self) { try Self.model { $0.conditional = true } }
    #expect(throws: AutoencoderError.self) { try Self.model { $0.latent.size = 17 } }
    let whole = try Self.model { $0.latent.size = 16 }
    #expect(whole.latentCount == 16)
  }

  // MARK: values

  @Test("a learned prior begins as the standard one")
  func prior() throws {
    let model = try Self.model(labels: 2) {
      ($0.prior, $0.conditional) = ("learned", true)
    }
    let tape = tape(model)
    let prior = model.prior(rows: 2, model.condition([0, 1], tape), tape)
    #expect(prior.values.array.allSatisfy { $0 == 0 })
    let encoded = model.posterior.encode(prior, prior: prior, .mode, tape)
    #expect(encoded.divergence?.trainingFirst.values.array.allSatisfy { $0 == 0 } == true)
  }

  @Test("a rate is ½ Σ (μ² + σ² - 1 - ln σ²), of each dimension")
  func rate() throws {
    let model = try Self.model { $0.latent.size = 2 }
    let tape = tape(model)
    // Means 1 and -2, logarithms of variances ln 4 and 0.
    let parameters = tape.constant([1, -2, log(4), 0], rows: 1, columns: 4)
    let prior = tape.zeros(rows: 1, columns: 4)
    let rates = model.posterior.encode(parameters, prior: prior, .mode, tape)
      .divergence?.trainingFirst.values.array
    let expected: [Float] = [0.5 * (1 + 4 - 1 - log(4)), 0.5 * 4]
    #expect(largestError(rates ?? [], expected) < 1e-6)
  }

  @Test("at temperature 0 samples are the mode, at 1 they spread")
  func temperature() throws {
    let model = try Self.model { _ in }
    let tape = tape(model)
    let prior = model.prior(rows: 400, nil, tape)
    func spread(_ temperature: Float) -> Double {
      let draws = model.posterior.samples(
        of: prior, temperature: temperature, .random(Key(seed: 6), RowNumbering()), tape
      ).values.array
      return draws.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(draws.count)
    }
    #expect(spread(0) == 0)
    #expect(abs(spread(1) - 1) < 0.1)
    #expect(abs(spread(0.5) - 0.25) < 0.03)
  }

  @Test("codes cost the logarithm of their number at each place")
  func codes() throws {
    let vq = try Self.model {
      ($0.posterior, $0.latent.shape, $0.latent.size) = ("vq", "spatial", 1)
      ($0.codebook.codes, $0.codebook.width) = (32, 2)
    }
    #expect(vq.places == 4 && vq.posterior.constantDivergence == log(Float(32)))
    let fsq = try Self.model {
      ($0.posterior, $0.latent.size, $0.fsq.levels) = ("fsq", 2, [5, 3])
    }
    #expect(abs(fsq.posterior.constantDivergence - 2 * log(Float(15))) < 1e-6)
    #expect(fsq.posterior.vectors(of: [0, 14], fsq.parameters) == [-1, -1, 1, 1])
    #expect(fsq.nearest([0.3, 0.6, -3, 0.4]) == [0.5, 1, -1, 0])
  }

  @Test("a fixed variance: -½ (e/σ)² - ln σ √2π of each pixel")
  func likelihood() throws {
    let model = try Self.model(FrameSize(height: 2, width: 2, channels: 1)) {
      ($0.likelihood, $0.pixels.variance, $0.pixels.sigma) = ("gaussian", "fixed", 0.5)
      $0.latent.size = 1
    }
    let tape = tape(model)
    let frames = model.numbers(of: [0, 255, 51, 102] as [UInt8], tape)
    #expect(largestError(frames.values.array, [0, 1, 0.2, 0.4]) < 1e-6)
    let output = tape.constant([0, 0, 0.2, 0.9], rows: 1, columns: 4)
    let density = model.likelihood.logProbability(of: frames, output, tape).values[0]
    let expected = -0.5 * (4 + 1) - 4 * log(0.5 * Float(2 * Double.pi).squareRoot())
    #expect(abs(density - expected) < 1e-5)
  }

  @Test("the transposed convolutions double sides, the strided ones halve them, to the pixel")
  func sizes() throws {
    let model = try Self.model(FrameSize(height: 8, width: 12, channels: 3)) {
      ($0.latent.shape, $0.latent.size, $0.net.stages) = ("spatial", 2, 2)
    }
    #expect(model.placesShape == (2, 3))
    let tape = tape(model)
    let bytes = [UInt8](repeating: 7, count: 2 * 8 * 12 * 3)
    let pass = model.pass(model.numbers(of: bytes, tape), nil, samples: 3, .mode, tape)
    #expect(pass.output.rows == 6 && pass.output.columns == 8 * 12 * 3)
    #expect(pass.parameters.rows == 2 * 3 * 6)
  }
}
