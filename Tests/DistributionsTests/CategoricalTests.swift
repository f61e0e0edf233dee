import Autodiff
import Distributions
import Foundation
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("categorical distributions on the tape")
struct CategoricalTests {
  static let shapes = [(1, 1, 3), (3, 1, 5), (5, 3, 4), (17, 2, 17), (2, 33, 3)]

  // MARK: by hand

  /// Softmax of (0, ln 3) is (1/4, 3/4); of (0, ln 2, ln 5) it is (1/8, 2/8, 5/8).
  @Test("trap 9: one part in a hundred of the probabilities is uniform")
  func unimix() {
    let fixture = TapeFixture()
    func probabilities(_ logits: [Float], _ unimix: Float) -> [Float] {
      CategoricalDistribution(
        logits: fixture.tracked(logits, rows: 1), classes: logits.count, mix: unimix, fixture.tape
      ).probabilities.array
    }
    let ln = (two: Float(log(2.0)), three: Float(log(3.0)), five: Float(log(5.0)))
    #expect(largestError(probabilities([0, ln.three], 0), [0.25, 0.75]) < 1e-6)
    #expect(largestError(probabilities([0, ln.three], 0.01), [0.2525, 0.7475]) < 1e-6)
    #expect(
      largestError(probabilities([0, ln.two, ln.five], 0.01), [0.1270833, 0.2508333, 0.6220833])
        < 1e-6)
    // However sure the logits are, every class keeps its share.
    #expect(largestError(probabilities([0, 200], 0.01), [0.005, 0.995]) < 1e-6)
  }

  /// p = (0.2525, 0.7475) and q = (0.5, 0.5), then q = (0.797, 0.203). Without the uniform share
  /// the first would be 0.1308, and the second 0.2 ln-ratios off.
  @Test("trap 9: the divergence is that of the mixed probabilities, by hand")
  func divergenceLiteral() {
    let fixture = TapeFixture()
    let ln = (three: Float(log(3.0)), four: Float(log(4.0)))
    func distribution(_ logits: [Float]) -> CategoricalDistribution {
      CategoricalDistribution(
        logits: fixture.tracked(logits, rows: 2), classes: 2, mix: 0.01, fixture.tape)
    }
    // Two rows of two latents: both, and the first with a latent of no divergence.
    let posterior = distribution([0, ln.three, 0, ln.three, 0, ln.three, 5, -1])
    let prior = distribution([0, 0, ln.four, 0, 0, 0, 5, -1])
    let terms = posterior.divergence(from: prior, fixture.tape)
    #expect(largestError(terms.trainingSecond.values.array, [0.8122351, 0.1280821]) < 2e-6)
    #expect(terms.trainingFirst.values.array == terms.trainingSecond.values.array)
    let entropy = distribution([0, ln.three, 0, 0, 0, 0, 0, 0]).entropy(fixture.tape).values
    #expect(largestError(entropy.array, [0.5650650 + 0.6931472, 2 * 0.6931472]) < 2e-6)
  }

  @Test("trap 9: latents are drawn from the mixed probabilities")
  func sampling() {
    let fixture = TapeFixture()
    let rows = 20_000
    let logits = fixture.tracked((0..<rows).flatMap { _ in [0, 100] as [Float] }, rows: rows)
    let z = fixture.tape.tensor(rows: rows, columns: 2, tracked: true)
    let distribution = CategoricalDistribution(logits: logits, classes: 2, mix: 0.01, fixture.tape)
    distribution.sample(.random(Key(seed: 1), RowNumbering()), into: z, fixture.tape)
    let rare = (0..<rows).reduce(0) { $0 + Int(z.values[2 * $1]) }
    // 100 expected, with a deviation of 10.
    #expect((60...140).contains(rare), "\(rare) of 100")
  }

  @Test("draws are one-hot, have the right frequencies and are addressed by the row's number")
  func draws() {
    let fixture = TapeFixture()
    let rows = 9_999
    let logits = fixture.tracked(
      (0..<rows).flatMap { _ in [0, 0.6931472, 1.6094379] as [Float] }, rows: rows)
    let distribution = CategoricalDistribution(logits: logits, classes: 3, mix: 0, fixture.tape)
    let z = fixture.tape.tensor(rows: rows, columns: 3, tracked: true)
    let key = Key(seed: 7)
    distribution.sample(.random(key, RowNumbering()), into: z, fixture.tape)
    let counts = (0..<3).map { c in (0..<rows).reduce(0) { $0 + Int(z.values[3 * $1 + c]) } }
    #expect(counts.reduce(0, +) == rows)
    // 1/8, 2/8 and 5/8, with deviations below 50.
    for (count, expected) in zip(counts, [1250, 2500, 6250]) {
      #expect(abs(count - expected) < 200, "\(counts)")
    }
    let later = CategoricalDistribution(
      logits: logits.rows(0..<2), classes: 3, mix: 0, fixture.tape)
    let part = fixture.tape.tensor(rows: 2, columns: 3, tracked: true)
    later.sample(.random(key, RowNumbering(start: 500)), into: part, fixture.tape)
    #expect(part.values.array == z.values.slice(1500, count: 6).array)
  }

  @Test("the fixed draw is the most likely class, the first of equals")
  func mode() {
    let fixture = TapeFixture()
    let logits = fixture.tracked([0, 2, 1, 1, 1, 0], rows: 1)
    let z = fixture.tape.tensor(rows: 1, columns: 6, tracked: true)
    CategoricalDistribution(logits: logits, classes: 3, mix: 0.01, fixture.tape).sample(
      .mode, into: z, fixture.tape)
    #expect(z.values.array == [0, 1, 0, 1, 0, 0])
  }

  // MARK: finite differences

  @Test("a draw's gradient is that of its probabilities", arguments: shapes, [Float(0), 0.01, 0.3])
  func straightThrough(shape: (rows: Int, latents: Int, classes: Int), unimix: Float) {
    let columns = shape.latents * shape.classes
    let check = GradientCheck(inputs: [.init(shape.rows, columns)]) { tape, inputs, _ in
      let distribution = CategoricalDistribution(
        logits: inputs[0], classes: shape.classes, mix: unimix, tape)
      let z = tape.tensor(rows: shape.rows, columns: columns, tracked: true)
      distribution.sample(.random(Key(seed: 3), RowNumbering()), into: z, tape)
      return [
        Tensor(
          values: distribution.probabilities, gradient: z.gradient, rows: shape.rows,
          columns: columns)
      ]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < tolerance)
  }

  @Test(
    "the divergence trains either side alone", arguments: shapes, [Float(0), 0.01, 0.3])
  func divergence(shape: (rows: Int, latents: Int, classes: Int), unimix: Float) {
    let logits = GradientCheck.Shape(shape.rows, shape.latents * shape.classes)
    let errors = divergenceErrors([logits]) { tape, inputs in
      CategoricalDistribution(logits: inputs[0], classes: shape.classes, mix: unimix, tape)
    }
    for error in errors { #expect(error < tolerance) }
  }

  @Test("neither term has a gradient for the other network")
  func stops() {
    for trainsPrior in [true, false] {
      let fixture = TapeFixture()
      let (posterior, prior) = (
        fixture.tracked([1, 2, 3, 1, 0, -1], rows: 2), fixture.tracked([0, 1, 0, 2, 2, 0], rows: 2)
      )
      func distribution(_ logits: Tensor) -> CategoricalDistribution {
        CategoricalDistribution(logits: logits, classes: 3, mix: 0.01, fixture.tape)
      }
      let terms = distribution(posterior).divergence(from: distribution(prior), fixture.tape)
      (trainsPrior ? terms.trainingSecond : terms.trainingFirst).gradient.fill(1)
      fixture.tape.backward()
      #expect((posterior.gradient.sumOfSquares == 0) == trainsPrior)
      #expect((prior.gradient.sumOfSquares == 0) == !trainsPrior)
    }
  }

  @Test(
    "a distribution does not diverge from itself, however sure it is", arguments: [Float(0), 0.01])
  func selfDivergence(unimix: Float) {
    let fixture = TapeFixture()
    let logits: [Float] = [1, 2, 3, 0, 300, -300]
    func distribution() -> CategoricalDistribution {
      CategoricalDistribution(
        logits: fixture.tracked(logits, rows: 2), classes: 3, mix: unimix, fixture.tape)
    }
    let (posterior, prior) = (distribution(), distribution())
    let terms = posterior.divergence(from: prior, fixture.tape)
    #expect(terms.trainingSecond.values.array == [0, 0])
    terms.trainingSecond.gradient.fill(1)
    terms.trainingFirst.gradient.fill(1)
    fixture.tape.backward()
    #expect(largestError(prior.logits.gradient.array, [0, 0, 0, 0, 0, 0]) < 1e-6)
    #expect(largestError(posterior.logits.gradient.array, [0, 0, 0, 0, 0, 0]) < 1e-6)
  }
}
