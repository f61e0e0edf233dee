import Autodiff
import Distributions
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("two-hot and Bernoulli distributions on the tape")
struct HeadTests {
  /// Bins as wide as a test can hold in single precision.
  static let bins: [Float] = [-3, -1, 0, 1, 3]

  /// The cross-entropies of targets, where `-ln p` of bin k is `k + 1` but for a constant.
  private func twoHotLosses(_ targets: [Float]) -> [Float] {
    let fixture = TapeFixture()
    let logits = fixture.tracked(
      targets.flatMap { _ in [-1, -2, -3, -4, -5] as [Float] }, rows: targets.count)
    let distribution = TwoHotDistribution(
      logits: logits, bins: keptRegion(Self.bins), fixture.tape)
    let loss = distribution.crossEntropy(to: fixture.constants(targets), fixture.tape)
    // ln Σ e^-k for k = 1…5.
    return loss.values.array.map { $0 + 0.5480856 }
  }

  @Test("a target between two bins weighs both, the nearer more")
  func twoHotBetween() {
    // 0.25 lies between 0 (bin 2, weight 3/4) and 1 (bin 3, weight 1/4).
    #expect(largestError(twoHotLosses([0.25, -2, 2.5]), [3.25, 1.5, 4.75]) < 1e-6)
  }

  @Test("a target on a bin weighs that bin alone")
  func twoHotOnBin() {
    #expect(largestError(twoHotLosses([-3, -1, 0, 1]), [1, 2, 3, 4]) < 1e-6)
  }

  @Test("a target on the last bin or outside the bins weighs the end bin")
  func twoHotOutside() {
    #expect(largestError(twoHotLosses([3, 7, -4, -1e9]), [5, 5, 1, 1]) < 1e-6)
  }

  @Test("two-hot losses", arguments: [0] + oddSizes, [1, 3, 5, 17, 33, 255])
  func twoHot(rows: Int, count: Int) {
    let bins = keptRegion((0..<count).map { Float($0) - Float(count - 1) / 2 })
    let last = Float(count - 1) / 2
    // Inside, on a bin, on the last bin, and outside on both sides.
    let targets = [0.3 * last, 0, last, last + 1, -last - 1, -last]
    let check = GradientCheck(inputs: [.init(rows, count)]) { tape, inputs, _ in
      let distribution = TwoHotDistribution(logits: inputs[0], bins: bins, tape)
      let target = tape.constant((0..<rows).map { targets[$0 % 6] }, rows: rows, columns: 1)
      return [distribution.crossEntropy(to: target.values, tape)]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < tolerance)
  }

  @Test("two-hot losses of some rows, twice on the same distribution")
  func twoHotRows() {
    let bins = keptRegion(Self.bins)
    let check = GradientCheck(inputs: [.init(5, 5)]) { tape, inputs, _ in
      let distribution = TwoHotDistribution(logits: inputs[0], bins: bins, tape)
      func loss(_ rows: Range<Int>, _ targets: [Float]) -> Tensor {
        let target = tape.constant(targets, rows: targets.count, columns: 1)
        return distribution.rows(rows).crossEntropy(to: target.values, tape)
      }
      return [loss(0..<5, [0.5, -2, 3, 4, -4]), loss(1..<4, [1, 2.5, -0.1])]
    }
    #expect(check.relativeError(key: Key(seed: 2)) < tolerance)
  }

  @Test("the mean is the bins' under softmax")
  func twoHotMean() {
    let fixture = TapeFixture()
    let bins = keptRegion([-3, 0, 3] as [Float])
    // Probabilities 1/8, 2/8, 5/8.
    let logits = fixture.tracked([0, 0.6931472, 1.6094379], rows: 1)
    let distribution = TwoHotDistribution(logits: logits, bins: bins, fixture.tape)
    #expect(largestError(distribution.mean.array, [1.5]) < 1e-6)
  }

  @Test("the size of the terms is that of the positive bins, over even and odd numbers of bins")
  func twoHotTerms() {
    let fixture = TapeFixture()
    func terms(_ bins: [Float], _ logits: [Float]) -> [Float] {
      let rows = logits.count / bins.count
      return TwoHotDistribution(
        logits: fixture.tracked(logits, rows: rows), bins: keptRegion(bins), fixture.tape
      ).meanTerms.array
    }
    // Probabilities 1/8, 2/8, 5/8; then thirds.
    #expect(
      largestError(terms([-3, 0, 3], [0, 0.6931472, 1.6094379, 1, 1, 1]), [1.875, 1]) < 1e-6)
    // Quarters of 1 and 3: √(1/16 + 9/16).
    #expect(largestError(terms([-3, -1, 1, 3], [2, 2, 2, 2]), [0.7905694]) < 1e-6)
    // Forty bins of 1 on either side, beyond two vectors: √40 / 80.
    let many = [Float](repeating: -1, count: 40) + [Float](repeating: 1, count: 40)
    #expect(
      largestError(terms(many, [Float](repeating: 0, count: 80)), [0.07905694]) < 1e-7)
  }

  @Test("binary losses", arguments: [0] + oddSizes)
  func binary(rows: Int) {
    let check = GradientCheck(inputs: [.init(rows, 1, magnitude: 3)]) { tape, inputs, _ in
      let target = tape.constant(
        (0..<rows).map { [0, 0.996997, 1, 0.5][$0 % 4] }, rows: rows, columns: 1)
      return [BernoulliDistribution(logits: inputs[0]).crossEntropy(to: target.values, tape)]
    }
    #expect(check.relativeError(key: Key(seed: 3)) < tolerance)
  }

  @Test("the binary loss by hand, and its floor of 0.02044 nats at the discount")
  func binaryLiteral() {
    let fixture = TapeFixture()
    let q: Float = 1 - 1 / 333
    // The logit of q is ln 332; the last two would overflow a naive logarithm.
    let logits = fixture.tracked([0, 1.0986123, 5.8051350, 200, -200], rows: 5)
    let loss = BernoulliDistribution(logits: logits).crossEntropy(
      to: fixture.constants([1, 0, q, 0, 1]), fixture.tape)
    #expect(largestError(loss.values.array, [0.6931472, 1.3862944, 0.0204404, 200, 200]) < 1e-6)
    #expect(abs(loss.values[2] - 0.02044) < 1e-5)
    loss.gradient.fill(1)
    fixture.tape.backward()
    // σ(l) - q.
    #expect(largestError(logits.gradient.array, [-0.5, 0.75, 0, 1, -1]) < 1e-6)
  }
}

@Suite("what heads' distributions have besides their losses")
struct HeadDistributionTests {
  @Test("a Bernoulli's log-probability, entropy and divergence", arguments: [0] + oddSizes, [1, 5])
  func bernoulli(rows: Int, columns: Int) {
    let shape = GradientCheck.Shape(rows, columns, magnitude: 2)
    let terms = GradientCheck(inputs: [shape]) { tape, inputs, _ in
      let value = tape.constant(
        (0..<rows * columns).map { Float($0 % 2) }, rows: rows, columns: columns)
      let own = BernoulliDistribution(logits: inputs[0])
      return [own.logProbability(of: value, tape), own.entropy(tape)]
    }
    #expect(terms.relativeError(key: Key(seed: 1)) < tolerance)
    for error in divergenceErrors(
      [shape], { _, inputs in BernoulliDistribution(logits: inputs[0]) })
    {
      #expect(error < tolerance)
    }
  }

  /// p = 3/4 and q = 1/2: the entropy is 2 ln 2 - 3/4 ln 3, the divergence ln 2 less that; the row sums
  /// over both columns.
  @Test("a Bernoulli by hand")
  func bernoulliLiteral() {
    let fixture = TapeFixture()
    let tape = fixture.tape
    let p = BernoulliDistribution(logits: fixture.tracked([1.0986123, -1.0986123], rows: 1))
    let q = BernoulliDistribution(logits: fixture.tracked([0, 0], rows: 1))
    #expect(largestError(p.entropy(tape).values.array, [2 * 0.5623351]) < 1e-6)
    #expect(
      largestError(p.divergence(from: q, tape).trainingFirst.values.array, [2 * 0.1308120]) < 1e-6)
    let value = fixture.tracked([1, 1], rows: 1)
    // ln 3/4 + ln 1/4.
    #expect(largestError(p.logProbability(of: value, tape).values.array, [-1.6739764]) < 1e-6)
    #expect(p.mode(tape).values.array == [1, 0])
  }

  @Test("draws of a Bernoulli and of bins have their probabilities")
  func draws() {
    let fixture = TapeFixture()
    let rows = 10_000
    let draw = Draw.random(Key(seed: 4), RowNumbering())
    let coin = BernoulliDistribution(
      logits: fixture.tracked(.init(repeating: 1.0986123, count: rows), rows: rows))
    #expect(abs(coin.sample(draw, fixture.tape).values.sum / Double(rows) - 0.75) < 0.02)
    // Probabilities 1/8, 2/8, 5/8.
    let bins = TwoHotDistribution(
      logits: fixture.tracked(
        (0..<rows).flatMap { _ in [0, 0.6931472, 1.6094379] as [Float] }, rows: rows),
      bins: keptRegion([-3, 0, 3] as [Float]), fixture.tape)
    let values = bins.sample(draw, fixture.tape).values.array
    for (bin, share) in [(-3, 0.125), (0, 0.25), (3, 0.625)] as [(Float, Double)] {
      #expect(abs(Double(values.count { $0 == bin }) / Double(rows) - share) < 0.02)
    }
    #expect(bins.mode(fixture.tape).values.array.allSatisfy { $0 == 3 })
    // ln 8 - 1/4 ln 2 - 5/8 ln 5.
    #expect(abs(bins.entropy(fixture.tape).values[0] - 0.9002561) < 1e-5)
    #expect(bins.divergence(from: bins, fixture.tape).trainingFirst.values[0] == 0)
  }
}
