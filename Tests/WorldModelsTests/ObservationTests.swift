import Autodiff
import EnvironmentInterface
import Foundation
import Kernels
import NeuralNetworks
import Randomness
import TestSupport
import Testing
import WorldModels

@Suite("encoder and decoder")
struct ObservationTests {
  static let spaces = [
    ObservationSpace(name: "camera", kind: .image(height: 16, width: 12, channels: 3)),
    ObservationSpace(name: "depth", kind: .image(height: 16, width: 12, channels: 1)),
    ObservationSpace(name: "inventory", kind: .discrete(count: 2, classes: 5)),
    ObservationSpace(name: "speed", kind: .vector(count: 3)),
  ]

  /// Which spaces, and how images shrink.
  enum Variant: String, CaseIterable, Sendable {
    case pooled, strided, outer, outerStrided, vectors

    var spaces: [ObservationSpace] {
      self == .vectors ? ObservationTests.spaces.filter { !$0.isImage } : ObservationTests.spaces
    }
    var isStrided: Bool { self == .strided || self == .outerStrided }
    var isOuter: Bool { self == .outer || self == .outerStrided }
  }

  private func configuration(_ variant: Variant) -> TinyWorldModel.Configuration {
    var configuration = TinyWorldModel.Configuration()
    (configuration.encoder.simple.strided, configuration.encoder.simple.outer) = (
      variant.isStrided, variant.isOuter
    )
    (configuration.decoder.simple.strided, configuration.decoder.simple.outer) = (
      variant.isStrided, variant.isOuter
    )
    (configuration.encoder.simple.mults, configuration.decoder.simple.mults) = ([1, 2], [1, 2])
    return configuration
  }

  @Test("the encoder's gradients agree with finite differences", arguments: Variant.allCases)
  func encoderGradients(variant: Variant) throws {
    var builder = ParameterBuilder()
    let encoder = try Encoder(
      configuration(variant).encoder.simple, spaces: variant.spaces, in: &builder)
    let size = ParameterStore(builder, key: Key(seed: 1)).trainedSize
    // Each maximum of a pooled image is a kink, so there are few.
    let length = variant == .pooled || variant == .outer ? 1 : 9
    let batch = try TinyWorldModel(spaces: variant.spaces).batch(size: 3, length: length)
    // All parameters in one piece; the layers know where theirs are.
    let check = GradientCheck(inputs: [], parameters: [.init(1, size, magnitude: 0.3)]) {
      tape, _, _ in [encoder(BatchShard(batch, sequences: 1..<2), tape)]
    }
    #expect(check.relativeError(key: Key(seed: 2)) < 2e-3)
  }

  @Test(
    "tokens do not depend on how many observations there are, nor on whether they are recorded",
    arguments: Variant.allCases)
  func tokens(variant: Variant) throws {
    var configuration = configuration(variant)
    configuration.encoder.simple.norm = variant == .outer ? "layer" : "rms"
    let world = try TinyWorldModel(configuration, spaces: variant.spaces)
    let batch = world.batch(size: 1, length: 15), tape = world.makeTape()
    func rows(_ range: Range<Int>) -> ObservationRows {
      let sizes = variant.spaces.filter(\.isImage).map(\.count)
      return ObservationRows(
        count: range.count,
        images: zip(batch.images, sizes).map { bytes, size in
          let part = bytes.bytes.slice(range.lowerBound * size, count: range.count * size)
          return ByteStorage(part.array)
        },
        vectors: zip(batch.vectors, [2, 3]).map { numbers, width in
          Array(numbers[range.lowerBound * width..<range.upperBound * width])
        })
    }
    let expected = world.model.encoder(rows(0..<16), tape)
    for range in [0..<16, 0..<1, 5..<6, 13..<16] {
      let tokens = tape.withoutRecording { world.model.encoder(rows(range), tape) }
      #expect(tokens.values.array == expected.rows(range).values.array)
    }
  }

  @Test("the decoder's gradients agree with finite differences", arguments: Variant.allCases)
  func decoderGradients(variant: Variant) throws {
    var builder = ParameterBuilder()
    let decoder = try Decoder(
      configuration(variant).decoder.simple, spaces: variant.spaces, deter: 16, stoch: 20,
      in: &builder)
    let size = ParameterStore(builder, key: Key(seed: 1)).trainedSize
    let batch = try TinyWorldModel(spaces: variant.spaces).batch(size: 3, length: 9)
    let shard = BatchShard(batch, sequences: 1..<3)
    // 18 rows: more than one block of sixteen images.
    let check = GradientCheck(
      inputs: [.init(18, 16), .init(18, 20)], parameters: [.init(1, size, magnitude: 0.2)]
    ) { tape, inputs, _ in
      let states = RSSMState(deter: inputs[0], stoch: inputs[1])
      let vectors = decoder.vectorLosses(states, shard, recordings: nil, tape).map(\.loss)
      let images = decoder.imageLosses(states, shard, weight: 1, recordings: nil, tape).map {
        // Swept back already; this gradient goes nowhere.
        Tensor(values: $0.loss, gradient: tape.arena.allocate(18), rows: 18, columns: 1)
      }
      return vectors + images
    }
    #expect(check.relativeError(projection: .sum, key: Key(seed: 3)) < 2e-3)
  }

  /// With kernels of zero all predictions are zero and all sigmoids 1/2.
  @Test("losses of a decoder whose outputs are zero, by hand")
  func zeroDecoder() throws {
    var configuration = configuration(.pooled)
    configuration.decoder.simple.outscale = 0
    let world = try TinyWorldModel(configuration, spaces: Self.spaces)
    let batch = world.batch()
    let pass = world.loss(batch, world.makeTape())
    #expect(pass.images.map(\.name) == ["camera", "depth"])
    #expect(pass.vectors.map(\.name) == ["inventory", "speed"])
    #expect(world.model.decoder.keys == ["camera", "depth", "inventory", "speed"])
    for t in 0..<batch.length {
      for b in 0..<batch.size {
        let (row, place) = (batch.row(b, t), t * batch.size + b)
        for (index, size) in [16 * 12 * 3, 16 * 12].enumerated() {
          let expected = (0..<size).reduce(0.0) { sum, i in
            let x = Double(batch.images[index].bytes[row * size + i]) / 255 - 0.5
            return sum + x * x
          }
          #expect(abs(Double(pass.images[index].loss[place]) / expected - 1) < 1e-5)
        }
        #expect(abs(pass.vectors[0].loss.values[place] - 2 * 1.6094379) < 1e-5)
        let squashed = batch.vectors[1][row * 3..<row * 3 + 3].reduce(0.0) { sum, x in
          sum + pow(log1p(abs(Double(x))), 2)
        }
        #expect(abs(Double(pass.vectors[1].loss.values[place]) - squashed) < 1e-5)
      }
    }
  }

  @Test("a shard's rows do not depend on what else is in the batch or on its place")
  func shards() throws {
    let world = try TinyWorldModel(configuration(.pooled), spaces: Self.spaces)
    let batch = world.batch(size: 4, length: 5)
    let whole = world.loss(batch, world.makeTape())
    let tape = world.makeTape()
    let part = world.model.loss(
      BatchShard(batch, sequences: 2..<4), imageWeight: 1, using: { _ in .mode }, tape)
    for t in 0..<5 {
      let rows = t * 4 + 2..<t * 4 + 4
      #expect(
        largestError(
          part.path.states.rows(t * 2..<t * 2 + 2).numbers,
          whole.path.states.rows(rows).numbers) < 1e-5)
      #expect(
        largestError(
          part.images[0].loss.slice(t * 2, count: 2).array,
          whole.images[0].loss.slice(rows.lowerBound, count: 2).array) < 1e-4)
    }
  }

  @Test("single observations are encoded as those of a batch are")
  func acting() throws {
    let world = try TinyWorldModel(configuration(.pooled), spaces: Self.spaces)
    let batch = world.batch(size: 1, length: 2)
    let tape = world.makeTape()
    let tokens = world.model.encoder(BatchShard(batch, sequences: 0..<1), tape)
    // The batch's rows 1 and 2 are its train rows.
    let rows = ObservationRows(
      count: 2,
      images: zip(batch.images, [576, 192]).map { ByteStorage(Array($0.bytes.array[$1..<3 * $1])) },
      vectors: zip(batch.vectors, [2, 3]).map { Array($0[$1..<3 * $1]) })
    #expect(largestError(world.model.encoder(rows, tape).values.array, tokens.values.array) < 1e-6)
  }

  @Test("reward targets are raw and continue targets are the discount, or 0 at a terminal step")
  func heads() throws {
    let world = try TinyWorldModel()
    var batch = world.batch()
    batch.isTerminal[batch.row(0, 2)] = true
    batch.isLast[batch.row(1, 3)] = true
    let tape = world.makeTape()
    let pass = world.loss(batch, tape)
    for loss in pass.reward.values.array { #expect(abs(loss - 5.5412635) < 1e-5) }
    let probability = tape.arena.allocate(12)
    Binary.probability(
      world.model.continuation(pass.path.states, tape).logits.values, into: probability)
    for (row, loss) in pass.continuation.values.array.enumerated() {
      let (p, q) = (Double(probability[row]), row == 4 ? 0 : 1 - 1.0 / 333)
      #expect(abs(Double(loss) + q * log(p) + (1 - q) * log(1 - p)) < 1e-5, "row \(row)")
      #expect(loss >= 0.02044 || row == 4)
    }
  }
}
