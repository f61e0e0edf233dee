import Autodiff
import Autoencoders
import FrameSources
import Kernels
import Randomness

/// Passes over frames that a model does not learn from.
package struct FrameEvaluation: Sendable {
  package let model: Autoencoder
  private let pool: WorkerPool
  /// Frames that are in memory together, as numbers.
  private static let chunk = 128
  /// Decoded draws that are in memory together.
  private static let draws = 512

  package init(_ model: Autoencoder, pool: WorkerPool) { (self.model, self.pool) = (model, pool) }

  /// Runs `body` on frames in order, some of them at a time.
  ///
  /// - Parameters:
  ///   - count: of the part's first frames.
  ///   - size: of frames at a time, at most.
  ///   - body: is given a tape that records nothing, frames as numbers, their condition, and the
  ///     positions of these in the part.
  /// - Throws: `FileError`, where frames cannot be read.
  func map<Result: Sendable>(
    _ frames: LookedAt, count: Int, size: Int = chunk, after: ((Int) -> Void)? = nil,
    _ body: @escaping @Sendable (Tape, Tensor, Tensor?, Range<Int>) -> Result
  ) throws -> [Result] {
    var results: [Result] = []
    let (model, threads) = (model, pool.threadCount)
    // Made once: what is taken and given back again and again does not all come back.
    let tapes = Workspaces(count: threads) { _ in
      Tape(arena: Arena(), values: model.parameters.values, gradients: .empty)
    }
    for start in stride(from: 0, to: count, by: threads * size) {
      let end = min(start + threads * size, count)
      let bytes = try frames.bytes(start..<end)
      let parts = stride(from: start, to: end, by: size).map { $0..<min($0 + size, end) }
      let found = Locked([Int: Result]())
      pool.run(units: parts.count) { unit in
        let (part, width) = (parts[unit], model.frame.count)
        let tape = tapes[unit]
        tape.reset()
        let result = tape.withoutRecording {
          let numbers = model.numbers(
            of: bytes[(part.lowerBound - start) * width..<(part.upperBound - start) * width], tape)
          let condition = frames.labels.isEmpty ? nil : model.condition(frames.labels[part], tape)
          return body(tape, numbers, condition, part)
        }
        found.withLock { $0[unit] = result }
      }
      results += found.withLock { all in parts.indices.compactMap { all[$0] } }
      after?(end)
    }
    return results
  }

  // MARK: bounds

  /// The evidence bound of a part's first frames, and what their latents are like.
  ///
  /// - Parameters:
  ///   - samples: draws of a frame, whose mean is taken.
  ///   - key: of the draws.
  /// - Throws: `FileError`.
  package func bound(
    _ frames: LookedAt, count: Int, samples: Int, key: Key
  ) throws -> FrameBound {
    let model = model
    let size = max(1, min(Self.chunk, Self.draws / samples))
    let chunks = try map(frames, count: count, size: size) {
      tape, numbers, condition, part -> FrameBound.Chunk in
      let numbering = RowNumbering(start: part.lowerBound * samples * model.places)
      let pass = model.pass(numbers, condition, samples: samples, .random(key, numbering), tape)
      return FrameBound.Chunk(pass, model, tape)
    }
    return FrameBound(chunks, model)
  }

  /// The importance-weighted bound of a part's first frames.
  ///
  /// - Parameters:
  ///   - samples: k.
  ///   - progress: is told how many frames are done.
  /// - Returns: nil of latents without densities.
  /// - Throws: `FileError`.
  package func importance(
    _ frames: LookedAt, count: Int, samples: Int, key: Key, progress: (Int) -> Void = { _ in }
  ) throws -> ImportanceResult? {
    let model = model
    guard model.posterior is any DensePosterior else { return nil }
    let size = max(1, Self.draws / samples)
    var results: [(bounds: [Float], effective: [Float])] = []
    try withoutActuallyEscaping(progress) { progress in
      results = try map(frames, count: count, size: size, after: progress) {
        tape, numbers, condition, part in
        let numbering = RowNumbering(start: part.lowerBound * samples * model.places)
        let pass = model.pass(numbers, condition, samples: samples, .random(key, numbering), tape)
        guard let weights = model.logWeights(pass, tape) else { return ([], []) }
        let bound = tape.importanceBound(weights, samples: samples)
        return (bound.bound.values.array, bound.effectiveSamples)
      }
    }
    return ImportanceResult(
      samples: samples, bounds: results.flatMap(\.bounds),
      effectiveSamples: results.flatMap(\.effective))
  }
}

/// Frames of a part as a model sees them: black and white where its pixels are drawn, with labels where it
/// is conditional.
package struct LookedAt: Sendable {
  package let part: FramePart
  package let labels: [Int]
  private let isDrawn: Bool

  package init(_ part: FramePart, of data: FrameData, for model: Autoencoder) {
    self.part = part
    labels =
      model.conditionWidth == 0 ? [] : data.label.flatMap { part.labels($0.name) } ?? []
    isDrawn = model.configuration.drawsPixels
  }

  package var count: Int { part.count }

  /// - Throws: `FileError`.
  package func bytes(_ positions: Range<Int>) throws -> [UInt8] {
    isDrawn
      ? try part.frames(Array(positions), .fixed) : try part.frames(positions)
  }
}

/// What the evidence bound of some frames is, in nats a frame.
package struct FrameBound: Sendable {
  /// `-ln p(x | z)`, a mean over draws and frames.
  package let distortion: Double
  /// `KL(q(z | x) ‖ p(z))`, a mean over frames.
  package let rate: Double
  /// The rate of each dimension, `[groups · dimensions]`; empty where the divergence is a constant.
  package let rates: [Double]
  /// How often each code was chosen; empty of latents that have none.
  package let codeCounts: [Int]
  /// Frames.
  package let count: Int

  /// The bound on `ln p(x)`.
  package var elbo: Double { -distortion - rate }

  /// What some frames have to say, as plain numbers.
  struct Chunk: Sendable {
    let distortions: [Float]
    let rates: [Double]
    let codes: [Int32]
    let frames: Int

    init(_ pass: FramePass, _ model: Autoencoder, _ tape: Tape) {
      let probability = model.likelihood.logProbability(of: pass.frames, pass.output, tape)
      distortions = probability.values.array.map { -$0 }
      frames = pass.frames.rows / pass.samples
      codes = pass.encoded.codes
      let (groups, dimensions) = model.divergenceGroups
      var sums = [Double](repeating: 0, count: groups * dimensions)
      if let divergence = pass.encoded.divergence {
        for (index, nats) in model.byGroup(divergence.trainingFirst.values.array).enumerated() {
          sums[index % sums.count] += Double(nats) / Double(pass.samples)
        }
      }
      rates = sums
    }
  }

  init(_ chunks: [Chunk], _ model: Autoencoder) {
    count = chunks.reduce(0) { $0 + $1.frames }
    let draws = chunks.reduce(0) { $0 + $1.distortions.count }
    distortion =
      chunks.reduce(0.0) { sum, chunk in
        sum + chunk.distortions.reduce(0.0) { $0 + Double($1) }
      } / Double(draws)
    let frames = Double(count)
    rates =
      chunks.first.map { first in
        first.rates.indices.map { index in chunks.reduce(0) { $0 + $1.rates[index] } / frames }
      } ?? []
    rate =
      rates.isEmpty
      ? Double(model.posterior.constantDivergence) * Double(model.places) : rates.reduce(0, +)
    var counts = [Int](repeating: 0, count: model.posterior.codes ?? 0)
    for code in chunks.lazy.flatMap(\.codes) { counts[Int(code)] += 1 }
    codeCounts = counts
  }
}

/// What the importance-weighted bound of some frames is.
package struct ImportanceResult: Sendable {
  /// k.
  package let samples: Int
  /// Of each frame, in nats.
  package let bounds: [Float]
  /// Of each frame: draws that would be worth as much, were all weights equal.
  package let effectiveSamples: [Float]

  /// The mean of the bounds.
  package var bound: Double { bounds.reduce(0.0) { $0 + Double($1) } / Double(bounds.count) }

  package var meanEffectiveSamples: Double {
    effectiveSamples.reduce(0.0) { $0 + Double($1) } / Double(effectiveSamples.count)
  }
}
