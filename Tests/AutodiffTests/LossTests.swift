import Autodiff
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("losses on the tape")
struct LossTests {
  /// Bins as wide as a test can hold in single precision.
  static let bins: [Float] = [-3, -1, 0, 1, 3]

  /// The cross-entropies of targets, where `-ln p` of bin k is `k + 1` but for a constant.
  private func twoHotLosses(_ targets: [Float]) -> [Float] {
    let fixture = TapeFixture()
    let logits = fixture.tracked(
      targets.flatMap { _ in [-1, -2, -3, -4, -5] as [Float] }, rows: targets.count)
    let distribution = fixture.tape.twoHotDistribution(
      logits: logits, bins: keptRegion(Self.bins))
    let loss = fixture.tape.loss(distribution, target: fixture.constants(targets))
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
      let distribution = tape.twoHotDistribution(logits: inputs[0], bins: bins)
      let target = tape.constant((0..<rows).map { targets[$0 % 6] }, rows: rows, columns: 1)
      return [tape.loss(distribution, target: target.values)]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < tolerance)
  }

  @Test("two-hot losses of some rows, twice on the same distribution")
  func twoHotRows() {
    let bins = keptRegion(Self.bins)
    let check = GradientCheck(inputs: [.init(5, 5)]) { tape, inputs, _ in
      let distribution = tape.twoHotDistribution(logits: inputs[0], bins: bins)
      func loss(_ rows: Range<Int>, _ targets: [Float]) -> Tensor {
        let target = tape.constant(targets, rows: targets.count, columns: 1)
        return tape.loss(distribution.rows(rows), target: target.values)
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
    let distribution = fixture.tape.twoHotDistribution(logits: logits, bins: bins)
    #expect(largestError(distribution.mean.array, [1.5]) < 1e-6)
  }

  @Test("the size of the terms is that of the positive bins, over even and odd numbers of bins")
  func twoHotTerms() {
    let fixture = TapeFixture()
    func terms(_ bins: [Float], _ logits: [Float]) -> [Float] {
      let rows = logits.count / bins.count
      return fixture.tape.twoHotDistribution(
        logits: fixture.tracked(logits, rows: rows), bins: keptRegion(bins)
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
      return [tape.binaryLoss(inputs[0], target: target.values)]
    }
    #expect(check.relativeError(key: Key(seed: 3)) < tolerance)
  }

  @Test("the binary loss by hand, and its floor of 0.02044 nats at the discount")
  func binaryLiteral() {
    let fixture = TapeFixture()
    let q: Float = 1 - 1 / 333
    // The logit of q is ln 332; the last two would overflow a naive logarithm.
    let logits = fixture.tracked([0, 1.0986123, 5.8051350, 200, -200], rows: 5)
    let loss = fixture.tape.binaryLoss(logits, target: fixture.constants([1, 0, q, 0, 1]))
    #expect(largestError(loss.values.array, [0.6931472, 1.3862944, 0.0204404, 200, 200]) < 1e-6)
    #expect(abs(loss.values[2] - 0.02044) < 1e-5)
    loss.gradient.fill(1)
    fixture.tape.backward()
    // σ(l) - q.
    #expect(largestError(logits.gradient.array, [-0.5, 0.75, 0, 1, -1]) < 1e-6)
  }

  @Test("squared errors", arguments: [0] + oddSizes, oddSizes)
  func squaredError(rows: Int, columns: Int) {
    let check = GradientCheck(inputs: [.init(rows, columns)]) { tape, inputs, _ in
      let target = tape.constant(
        (0..<rows * columns).map { Float($0 % 7) - 3 }, rows: rows, columns: columns)
      return [tape.squaredError(inputs[0], target: target.values)]
    }
    #expect(check.relativeError(key: Key(seed: 4)) < tolerance)
  }

  @Test("the squared error is a sum over columns with no factor of a half")
  func squaredErrorLiteral() {
    let fixture = TapeFixture()
    let loss = fixture.tape.squaredError(
      fixture.tracked([1, 2, 0, 0], rows: 2), target: fixture.constants([0, 4, 0, 3]))
    #expect(loss.values.array == [5, 9])
  }
}
