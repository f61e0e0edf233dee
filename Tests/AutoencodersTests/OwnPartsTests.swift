import Autodiff
import Autoencoders
import Distributions
import Foundation
import Kernels
import LatentModels
import Learning
import NeuralNetworks
import Randomness
import TestSupport
import Testing

// The parts of the handbook's article on them, word for word.

struct UnitPosterior: PosteriorFamily {
  let width: Int
  var parameterWidth: Int { width }
  var parts: Int { width }
  var isNormal: Bool { true }

  private func normal(_ mean: Tensor, _ deviation: Float, _ tape: Tape) -> NormalDistribution {
    let deviations = tape.tensor(rows: mean.rows, columns: width, tracked: false)
    deviations.values.fill(deviation)
    return NormalDistribution(mean: mean, deviation: deviations)
  }

  func encode(_ parameters: Tensor, prior: Tensor, _ draw: Draw, _ tape: Tape) -> EncodedRows {
    let posterior = normal(parameters, 1, tape)
    let sample = tape.tensor(rows: parameters.rows, columns: width, tracked: true)
    posterior.sample(draw, into: sample, tape)
    var encoded = EncodedRows(sample: sample, inputs: parameters)
    encoded.divergence = posterior.separated.divergence(
      from: normal(prior, 1, tape).separated, tape)
    return encoded
  }

  func samples(of prior: Tensor, temperature: Float, _ draw: Draw, _ tape: Tape) -> Tensor {
    normal(prior, temperature, tape).sample(draw, tape)
  }

  func centers(_ parameters: Tensor, _ tape: Tape) -> Tensor { parameters }

  func moments(_ parameters: Tensor, _ tape: Tape) -> PosteriorMoments? {
    let means = parameters.values.array
    return PosteriorMoments(means: means, deviations: means.map { _ in 1 }, isFull: false)
  }
}

struct LaplaceLikelihood: Likelihood {
  let frame: FrameSize
  let spread: Float
  var scale: PixelScale { .unit }
  var outputChannels: Int { frame.channels }

  /// `-Σ |x - m| / b - N ln 2b`.
  func logProbability(of frames: Tensor, _ output: Tensor, _ tape: Tape) -> Tensor {
    let distances = tape.tensor(
      rows: frames.rows, columns: frames.columns, tracked: output.isTracked)
    let signs = tape.tensor(rows: frames.rows, columns: frames.columns, tracked: false)
    let (x, m) = (frames.values.array, output.values.array)
    distances.values.copy(from: zip(x, m).map { abs($0 - $1) })
    signs.values.copy(from: zip(x, m).map { $0 < $1 ? 1 : -1 })
    if distances.isTracked {
      tape.record(DistanceOperation(output: output, distances: distances, signs: signs))
    }
    return tape.scale(
      tape.rowSums(of: distances), by: -1 / spread,
      offset: -Float(frame.count) * log(2 * spread))
  }

  func mean(_ output: Tensor, _ tape: Tape) -> [Float] { output.values.array }

  func sample(_ output: Tensor, _ draw: Draw, _ tape: Tape) -> [Float] {
    guard case .random(let key, let numbering) = draw else { return mean(output, tape) }
    let uniforms = tape.arena.allocate(output.values.count)
    uniforms.fillUniform(key: key, rows: numbering, columns: output.columns)
    return zip(output.values.array, uniforms.array).map { mean, u in
      let distance = -spread * log(1 - 2 * abs(u - 0.5))
      return u < 0.5 ? mean - distance : mean + distance
    }
  }

  struct DistanceOperation: TapeOperation {
    let output: Tensor
    let distances: Tensor
    let signs: Tensor

    func pullback(_ tape: Tape) {
      output.gradient.add(distances.gradient, times: signs.values, 1)
    }
  }
}

/// `D + γ |R - C|`: as many nats as one likes (Burgess et al. 2018, arXiv:1804.03599, equation 8).
struct CapacityBound: Objective {
  let capacity: Double
  let strength: Float
  let samples = 1

  func finish(
    _ pass: FramePass, _ batch: FrameBatchFacts, _ model: Autoencoder, _ shard: Shard<FramePass>
  ) {
    let probability = model.likelihood.logProbability(of: pass.frames, pass.output, shard.tape)
    probability.gradient.fill(-1 / Float(batch.size))
    shard.record(
      LossTerm("distortion", weight: 1, kind: .init("distortion")),
      rows: probability.values.array.map { -$0 })
    guard let divergence = pass.encoded.divergence else { return }
    // Of the whole batch: the difference has one sign for all its frames.
    let excess = batch.divergenceSums.reduce(0, +) / Double(batch.size) - capacity
    let share = (excess > 0 ? strength : -strength) / Float(batch.size)
    for side in [divergence.trainingFirst, divergence.trainingSecond] {
      side.gradient.fill(share)
    }
    shard.record(
      LossTerm("capacity", weight: strength, kind: .init("rate")),
      rows: [Float](repeating: Float(abs(excess)), count: pass.frames.rows))
  }
}

@Suite("parts of another module")
struct OwnPartsTests {
  @Test("the article's parts are those that are compiled here")
  func article() throws {
    let file = URL(fileURLWithPath: #filePath)
    let path = "../../Documentation/Handbook.docc/AddingAPartToModelsOfFrames.md"
    let article = try String(
      contentsOf: file.deletingLastPathComponent().appendingPathComponent(path), encoding: .utf8)
    let own = try String(contentsOf: file, encoding: .utf8)
    let fences = article.components(separatedBy: "```swift\n").dropFirst()
      .map { String($0.prefix(upTo: $0.range(of: "```")?.lowerBound ?? $0.endIndex)) }
      .filter { $0.contains("struct ") }
    #expect(fences.count == 3)
    for fence in fences { #expect(own.contains(fence), "\(fence.prefix(60))") }
  }

  private static let frame = FrameSize(height: 4, width: 4, channels: 3)

  private func learner(
    _ change: (inout AutoencoderParts) -> Void
  ) throws -> AutoencoderLearner {
    var configuration = AutoencoderConfiguration()
    (configuration.net.stages, configuration.net.depth, configuration.net.units) = (1, 3, 7)
    (configuration.net.act, configuration.latent.size) = ("silu", 3)
    var parts = AutoencoderParts()
    change(&parts)
    var adam = OptimizerConfiguration()
    (adam.impl, adam.lr, adam.eps, adam.agc, adam.warmup) = ("adam", 1e-2, 1e-8, 0, 0)
    return AutoencoderLearner(
      try Autoencoder(
        configuration, frame: Self.frame, labels: nil, key: Key(seed: 1), parts: parts),
      optimizer: adam, shards: 2)
  }

  private let batch = FrameBatch(
    bytes: (0..<5 * frame.count).map { UInt8($0 * 37 % 256) }, labels: [])

  /// Losses before and after some updates.
  private func train(_ learner: AutoencoderLearner) -> (first: LossMeans, last: LossMeans) {
    let pool = WorkerPool(threads: 2)
    let losses = (0..<200).map { number in
      learner.train(batch, key: Key(seed: 2).fold(number), pool: pool).losses
    }
    return (losses[0], losses[199])
  }

  @Test("a posterior family trains: its rate is half of the means' squares")
  func posterior() throws {
    let learner = try learner { parts in
      parts.posterior = { settings, _ in UnitPosterior(width: settings.latent.size) }
    }
    #expect(learner.model.latentCount == 3 && learner.model.posterior.parts == 3)
    let fixture = TapeFixture()
    let prior = fixture.tape.zeros(rows: 1, columns: 3)
    let encoded = learner.model.posterior.encode(
      fixture.tracked([1, -2, 0], rows: 1), prior: prior, .mode, fixture.tape)
    let rates = encoded.divergence?.trainingFirst.values.array ?? []
    #expect(largestError(rates, [0.5, 2, 0]) < 1e-6)
    #expect(encoded.sample.values.array == [1, -2, 0])
    let (first, last) = train(learner)
    #expect(last.total < first.total - 2, "\(first.total) to \(last.total)")
  }

  @Test("a likelihood trains, and its draws are as spread as it says")
  func likelihood() throws {
    let learner = try learner { parts in
      parts.likelihood = { _, frame, _ in LaplaceLikelihood(frame: frame, spread: 0.25) }
    }
    let fixture = TapeFixture()
    let small = LaplaceLikelihood(frame: FrameSize(height: 1, width: 2, channels: 1), spread: 0.25)
    let frames = fixture.tape.constant([0.5, 1], rows: 1, columns: 2)
    let density = small.logProbability(
      of: frames, fixture.tracked([0.25, 1], rows: 1), fixture.tape)
    // -1 - 2 ln ½.
    #expect(abs(density.values[0] - (-1 + 2 * log(2))) < 1e-6)
    let means = fixture.tape.zeros(rows: 4000, columns: 2)
    let draws = small.sample(means, .random(Key(seed: 3), RowNumbering()), fixture.tape)
    let distance = draws.reduce(0) { $0 + abs($1) } / Float(draws.count)
    #expect(abs(distance - 0.25) < 0.01)
    let (first, last) = train(learner)
    #expect(last.total < first.total - 5, "\(first.total) to \(last.total)")
  }

  @Test("the likelihood's gradient is that of its density")
  func density() {
    let frame = FrameSize(height: 1, width: 3, channels: 1)
    let check = GradientCheck(inputs: [.init(5, 3)]) { tape, inputs, _ in
      let frames = tape.constant((0..<15).map { 20 * Float($0 % 2) - 10 }, rows: 5, columns: 3)
      return [
        LaplaceLikelihood(frame: frame, spread: 0.5).logProbability(of: frames, inputs[0], tape)
      ]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < 1e-3)
  }

  @Test("an objective trains: the rate comes to the nats that it is given")
  func objective() throws {
    let learner = try learner { parts in
      parts.objective = { _ in CapacityBound(capacity: 2, strength: 20) }
    }
    let (first, last) = train(learner)
    func excess(_ losses: LossMeans) -> Double {
      losses.terms.first { $0.term.name == "capacity" }?.mean ?? .nan
    }
    #expect(excess(first) > 1 && excess(last) < 0.5, "\(excess(first)) to \(excess(last))")
  }
}
