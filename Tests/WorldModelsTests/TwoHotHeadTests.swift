import Autodiff
import Distributions
import Foundation
import Kernels
import NeuralNetworks
import Randomness
import TestSupport
import Testing
import WorldModels

@Suite("two-hot heads")
struct TwoHotHeadTests {
  @Test("255 bins are symexp of steps of 20/127, by hand")
  func bins() {
    let bins = TwoHotHead.bins(255)
    #expect(bins.count == 255)
    let known: [Float] = [0, 0.1705577, 0.3702054, 0.6039045, 0.8774627, 1.1976785, 1.5725095]
    for (step, value) in known.enumerated() {
      #expect(abs(bins[127 + step] - value) < 1e-6 && bins[127 - step] == -bins[127 + step])
    }
    #expect(bins[254] == 485_165_194.4 && bins[0] == -485_165_194.4)
  }

  /// With five bins, symexp of -20, -10, 0, 10, 20; with four, of -20 and 0, and the same mirrored.
  @Test("odd numbers of bins have zero once, even ones twice, and all are symmetric and ascending")
  func otherNumbers() {
    let (outer, inner) = (Float(expm1(20.0)), Float(expm1(10.0)))
    #expect(TwoHotHead.bins(5) == [-outer, -inner, 0, inner, outer])
    #expect(TwoHotHead.bins(4) == [-outer, 0, 0, outer])
    #expect(TwoHotHead.bins(6) == [-outer, -inner, 0, 0, inner, outer])
    for count in [3, 31, 41, 64, 255, 256] {
      let bins = TwoHotHead.bins(count)
      #expect(bins == bins.sorted() && bins == bins.reversed().map { -$0 }, "\(count)")
    }
  }

  /// A head whose output layer is zero, as the reference's reward and value heads begin.
  private func zeroHead(bins: Int, rows: Int, targets: [Float]) throws -> (
    mean: [Float], loss: [Float]
  ) {
    var configuration = HeadConfiguration(layers: 1, output: "symexp_twohot", outscale: 0)
    (configuration.units, configuration.bins) = (8, bins)
    var builder = ParameterBuilder()
    let head = try TwoHotHead(configuration, from: 6, named: "rew", in: &builder)
    let store = kept(ParameterStore(builder, key: Key(seed: 1)))
    let tape = Tape(
      arena: kept(Arena()), values: store.values,
      gradients: kept(Storage(count: store.trainedSize)).region)
    func part(_ columns: Int, _ phase: Double) -> Tensor {
      tape.constant(
        (0..<rows * columns).map { Float(sin(Double($0) + phase)) }, rows: rows, columns: columns)
    }
    let distribution = head(RSSMState(deter: part(4, 0), stoch: part(2, 1)), tape)
    let target = tape.constant(targets, rows: rows, columns: 1)
    // The bins are the head's.
    return withExtendedLifetime(head) {
      (distribution.mean.array, distribution.crossEntropy(to: target.values, tape).values.array)
    }
  }

  /// A sum from left to right is off by thousands at the outer bins.
  @Test(
    "trap 8: a head of zeros predicts exactly 0",
    arguments: [1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 41, 64, 101, 128, 254, 255, 256])
  func exactlyZero(bins: Int) throws {
    let result = try zeroHead(bins: bins, rows: 3, targets: [0, 1, -5])
    #expect(result.mean == [0, 0, 0])
  }

  @Test("trap 8: logits that are equal but not zero predict exactly 0, too")
  func equalLogits() {
    let bins = keptRegion(TwoHotHead.bins(255))
    for level in [-3, 0.1, 7] as [Float] {
      let fixture = TapeFixture()
      let logits = fixture.tracked([Float](repeating: level, count: 255), rows: 1)
      #expect(TwoHotDistribution(logits: logits, bins: bins, fixture.tape).mean.array == [0])
    }
  }

  @Test("the first cross-entropy is ln 255 = 5.5413 nats, whatever the target")
  func firstLoss() throws {
    let targets: [Float] = [0, 1, -100, 0.17, 1e9, -1e9]
    let result = try zeroHead(bins: 255, rows: 6, targets: targets)
    for loss in result.loss { #expect(abs(loss - 5.5412635) < 2e-6) }
    #expect(abs(result.loss[0] - 5.5413) < 1e-4)
  }

  /// The target is not squashed: 1 lies between 0.8774627 and 1.1976785.
  @Test("targets are raw: the weights of 1 are those between its bins in raw space")
  func rawTargets() {
    let bins = keptRegion(TwoHotHead.bins(255))
    let fixture = TapeFixture()
    let logits = fixture.tracked([Float](repeating: 0, count: 255), rows: 1)
    let distribution = TwoHotDistribution(logits: logits, bins: bins, fixture.tape)
    let loss = distribution.crossEntropy(to: fixture.constants([1]), fixture.tape)
    loss.gradient.fill(1)
    fixture.tape.backward()
    let weights = logits.gradient.array.map { 1 / 255 - $0 }
    // (1.1976785 - 1) / 0.3202158 = 0.6173290.
    #expect(abs(weights[131] - 0.6173290) < 1e-5 && abs(weights[132] - 0.3826710) < 1e-5)
    #expect(abs(weights[130]) < 1e-6 && abs(weights[133]) < 1e-6)
  }

  @Test("what a two-hot target says is its own mean")
  func roundTrip() {
    let bins = keptRegion(TwoHotHead.bins(255))
    for target in [0, 0.1, -0.9, 3.7, -250, 12_345] as [Float] {
      let fixture = TapeFixture()
      let logits = fixture.tracked([Float](repeating: 0, count: 255), rows: 1)
      let distribution = TwoHotDistribution(logits: logits, bins: bins, fixture.tape)
      let loss = distribution.crossEntropy(to: fixture.constants([target]), fixture.tape)
      loss.gradient.fill(1)
      fixture.tape.backward()
      let mean = zip(logits.gradient.array, bins.array).reduce(0.0) { sum, pair in
        let weight = 1 / 255 - Double(pair.0)
        return abs(weight) < 1e-7 ? sum : sum + weight * Double(pair.1)
      }
      #expect(abs(mean - Double(target)) < 1e-4 * max(1, abs(Double(target))))
    }
  }
}
