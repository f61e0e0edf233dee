import Autoencoders
import Kernels
import Learning
import NeuralNetworks
import Randomness
import TestSupport
import Testing

/// The whole of an update against finite differences, and what must not depend on how it is computed.
@Suite("gradients of models of frames")
struct AutoencoderGradientTests {
  /// What is unlike a plain model.
  struct Variant: Sendable, CustomTestStringConvertible {
    let name: String
    var height = 6
    var width = 10
    var channels = 1
    let change: @Sendable (inout AutoencoderConfiguration) -> Void

    var testDescription: String { name }

    var configuration: AutoencoderConfiguration {
      var configuration = AutoencoderConfiguration()
      configuration.latent.size = 3
      configuration.net.stages = 1
      (configuration.net.depth, configuration.net.units) = (3, 7)
      // Smooth, or a difference would step over kinks.
      configuration.net.act = "silu"
      change(&configuration)
      return configuration
    }
  }

  static let smooth: [Variant] = [
    Variant(name: "gaussian, black and white") { $0.likelihood = "bernoulli" },
    Variant(name: "gaussian, optimal variance", height: 4, width: 4, channels: 3) {
      $0.likelihood = "gaussian"
    },
    Variant(name: "gaussian, a variance of each pixel") {
      ($0.likelihood, $0.pixels.variance) = ("gaussian", "pixel")
    },
    Variant(name: "gaussian, a learned variance") {
      ($0.likelihood, $0.pixels.variance) = ("gaussian", "learned")
    },
    Variant(name: "gaussian, a fixed variance, conditional, learned prior") {
      ($0.likelihood, $0.pixels.variance) = ("gaussian", "fixed")
      ($0.conditional, $0.prior) = (true, "learned")
    },
    Variant(name: "levels") { ($0.likelihood, $0.pixels.levels) = ("categorical", 5) },
    Variant(name: "logistic", height: 4, width: 4, channels: 3) { $0.likelihood = "logistic" },
    Variant(name: "mixture of logistics", height: 4, width: 4, channels: 3) {
      ($0.likelihood, $0.pixels.components) = ("logistic_mixture", 2)
    },
    Variant(name: "full covariance, learned prior") {
      ($0.posterior, $0.prior, $0.likelihood) = ("full_gaussian", "learned", "bernoulli")
    },
    Variant(name: "spatial, conditional") {
      ($0.latent.shape, $0.latent.size, $0.conditional) = ("spatial", 2, true)
      $0.likelihood = "bernoulli"
    },
    Variant(name: "importance-weighted") {
      ($0.objective, $0.iwae.samples, $0.likelihood) = ("iwae", 4, "bernoulli")
    },
    Variant(name: "β and annealing") {
      ($0.kl.weight, $0.kl.anneal, $0.kl.annealSteps) = (4, "linear", 10)
      $0.likelihood = "bernoulli"
    },
    Variant(name: "free nats of a channel's mean") {
      ($0.latent.shape, $0.latent.size) = ("spatial", 2)
      ($0.kl.free.nats, $0.kl.free.scope) = (0.02, "group")
      $0.likelihood = "bernoulli"
    },
    Variant(name: "a hinge of each frame") {
      ($0.kl.free.nats, $0.kl.free.scope) = (0.02, "all")
      ($0.kl.free.over, $0.kl.free.hinge) = ("sample", true)
      $0.likelihood = "bernoulli"
    },
    Variant(name: "grey targets") {
      ($0.likelihood, $0.pixels.binary) = ("bernoulli", "grey")
    },
    Variant(name: "free nats of each dimension's mean", height: 4, width: 4, channels: 3) {
      ($0.kl.free.nats, $0.kl.free.scope, $0.likelihood) = (0.01, "dim", "logistic")
    },
    Variant(name: "free nats of each cell of each frame, a learned prior") {
      ($0.latent.shape, $0.latent.size, $0.prior) = ("spatial", 2, "learned")
      ($0.kl.free.nats, $0.kl.free.over) = (0.01, "sample")
    },
    Variant(
      name: "importance-weighted, full covariance, spatial, conditional, learned prior", height: 4,
      width: 4, channels: 3
    ) {
      ($0.objective, $0.iwae.samples, $0.posterior) = ("iwae", 3, "full_gaussian")
      ($0.latent.shape, $0.latent.size) = ("spatial", 2)
      ($0.conditional, $0.prior) = (true, "learned")
      ($0.likelihood, $0.pixels.variance) = ("gaussian", "learned")
    },
  ]

  private static func learner(_ variant: Variant, shards: Int) throws -> AutoencoderLearner {
    let model = try Autoencoder(
      variant.configuration,
      frame: FrameSize(
        height: variant.height, width: variant.width, channels: variant.channels),
      labels: 3, key: Key(seed: 5))
    var adam = OptimizerConfiguration()
    (adam.impl, adam.lr, adam.eps, adam.agc, adam.warmup) = ("adam", 1e-2, 1e-8, 0, 0)
    let learner = AutoencoderLearner(model, optimizer: adam, shards: shards)
    learner.updates = 3
    return learner
  }

  private static func batch(_ variant: Variant) -> FrameBatch {
    var generator = Generator(key: Key(seed: 8))
    let count = 5 * variant.height * variant.width * variant.channels
    let isDrawn = variant.configuration.drawsPixels
    let bytes = (0..<count).map { _ -> UInt8 in
      let byte = UInt8(generator.integer(below: 256))
      return isDrawn ? (byte < 128 ? 0 : 255) : byte
    }
    return FrameBatch(
      bytes: bytes, labels: variant.configuration.conditional ? [0, 2, 1, 1, 0] : [])
  }

  @Test("an update's gradient is that of its losses", arguments: smooth)
  func gradients(_ variant: Variant) throws {
    let pool = WorkerPool(threads: 1)
    let learner = try Self.learner(variant, shards: 2)
    let (batch, key) = (Self.batch(variant), Key(seed: 11))
    let store = learner.model.parameters
    // Away from where everything begins: a learned prior is standard there.
    for number in 0..<3 { _ = learner.train(batch, key: key.fold(number), pool: pool) }
    learner.updates = 3
    var generator = Generator(key: Key(seed: 21))
    let start = store.trained.map { store[$0].array }
    let region = learner.differentiate(batch, key: key, pool: pool).gradients.region
    let gradient = store.trained.map {
      region.slice($0.parameter.offset, count: $0.parameter.count).array
    }
    func dot(_ a: [[Float]], _ b: [[Float]]) -> Double {
      zip(a.joined(), b.joined()).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    // A random way, and as much of the steepest, so that there is a slope to compare.
    let count = Double(gradient.joined().count)
    let steepest = Float((count / dot(gradient, gradient)).squareRoot())
    let direction = gradient.map { $0.map { steepest * $0 + Float(generator.normal()) } }
    let slope = dot(gradient, direction)
    func loss(_ step: Float) -> Double {
      for (entry, (values, way)) in zip(store.trained, zip(start, direction)) {
        store[entry].copy(from: zip(values, way).map { $0 + step * $1 })
      }
      return learner.differentiate(batch, key: key, pool: pool).losses.total
    }
    let h: Float = 5e-4
    let difference = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / (12 * Double(h))
    #expect(abs(slope - difference) < 0.01 * abs(slope), "\(slope) and \(difference)")
  }

  @Test(
    "balancing weighs the two sides' gradients of the divergence, and nothing else",
    arguments: ["gaussian", "full_gaussian", "categorical"])
  func balancing(posterior: String) throws {
    let pool = WorkerPool(threads: 1)
    /// With a share to the posterior and one to the prior.
    func gradients(_ toPosterior: Double, _ toPrior: Double) throws -> [Float] {
      let variant = Variant(name: "") {
        ($0.posterior, $0.latent.classes, $0.prior) = (posterior, 4, "learned")
        ($0.kl.toPosterior, $0.kl.toPrior) = (toPosterior, toPrior)
      }
      let learner = try Self.learner(variant, shards: 2)
      let store = learner.model.parameters
      // Away from the standard prior.
      var generator = Generator(key: Key(seed: 6))
      for entry in store.trained where entry.name.hasPrefix("prior/") {
        store[entry].copy(from: store[entry].array.map { _ in Float(generator.normal()) })
      }
      return learner.differentiate(Self.batch(variant), key: Key(seed: 7), pool: pool)
        .gradients.region.array
    }
    let none = try gradients(0, 0)
    let (first, second) = (try gradients(1, 0), try gradients(0, 1))
    let expected = none.indices.map { index in
      none[index] + 0.8 * (first[index] - none[index]) + 0.3 * (second[index] - none[index])
    }
    #expect(first != none && second != none && first != second)
    #expect(largestError(try gradients(0.8, 0.3), expected) < 1e-5)
  }

  static let all: [Variant] =
    smooth + [
      Variant(name: "categorical") {
        ($0.posterior, $0.latent.classes, $0.latent.unimix) = ("categorical", 4, 0.01)
        $0.likelihood = "bernoulli"
      },
      Variant(name: "vq by averages, with restarts") {
        ($0.posterior, $0.latent.shape, $0.latent.size) = ("vq", "spatial", 1)
        ($0.codebook.codes, $0.codebook.width, $0.codebook.restart) = (8, 3, 1)
      },
      Variant(name: "vq by a loss, rotated, by angle") {
        ($0.posterior, $0.codebook.codes, $0.codebook.width) = ("vq", 8, 3)
        ($0.codebook.learning, $0.codebook.gradient) = ("loss", "rotation")
        $0.codebook.cosine = true
      },
      Variant(name: "vq from clusters") {
        ($0.posterior, $0.codebook.codes, $0.codebook.width) = ("vq", 8, 3)
        $0.codebook.kmeans = 3
      },
      Variant(name: "fsq") { ($0.posterior, $0.fsq.levels) = ("fsq", [4, 3]) },
    ]

  @Test("one thread and two come to the same bits", arguments: all)
  func threads(_ variant: Variant) throws {
    func parameters(threads: Int) throws -> [[Float]] {
      let learner = try Self.learner(variant, shards: 3)
      let pool = WorkerPool(threads: threads)
      for number in 0..<4 {
        let update = learner.train(
          Self.batch(variant), key: Key(seed: 2).fold(number), pool: pool)
        #expect(update.nonFinite == nil)
      }
      return learner.model.parameters.tensors.map(\.values.array)
    }
    #expect(try parameters(threads: 1) == parameters(threads: 2))
  }

  @Test("what is learned over and over is learned", arguments: all)
  func learning(_ variant: Variant) throws {
    let learner = try Self.learner(variant, shards: 1)
    let (pool, batch) = (WorkerPool(threads: 1), Self.batch(variant))
    func distortion(_ update: AutoencoderUpdate) -> Double {
      update.losses.terms.first { ["distortion", "bound"].contains($0.term.name) }?.mean ?? .nan
    }
    let first = distortion(learner.train(batch, key: Key(seed: 3), pool: pool))
    var last = first
    for number in 0..<150 {
      last = distortion(learner.train(batch, key: Key(seed: 4).fold(number), pool: pool))
    }
    #expect(last < first - 2, "\(first) to \(last)")
  }
}
