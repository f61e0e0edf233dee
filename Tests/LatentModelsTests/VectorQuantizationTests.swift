import Autodiff
import Foundation
import Kernels
import LatentModels
import Randomness
import TestSupport
import Testing

@Suite("vector quantisation")
struct VectorQuantizationTests {
  private static func codebook(_ values: [Float], width: Int) -> (TapeFixture, Parameter) {
    let fixture = TapeFixture(
      parameters: [(rows: values.count / width, columns: width, values: values)])
    return (fixture, fixture.parameters[0])
  }

  /// Codes (0, 0), (2, 0) and (0, 2); rows (1.5, 0.2), (0.2, 1.2) and (-1, 0.4).
  ///
  /// Distances² of row 1: 2.29, 0.29, 5.49. Row 2: 1.48, 4.68, 0.68. Row 3: 1.16, 9.16, 3.56. Means over
  /// the two numbers: 0.145, 0.34, 0.58.
  @Test("codes, losses and gradients worked by hand")
  func literal() {
    let (fixture, book) = Self.codebook([0, 0, 2, 0, 0, 2], width: 2)
    let x = fixture.tracked([1.5, 0.2, 0.2, 1.2, -1, 0.4], rows: 3)
    let rows = fixture.tape.quantize(x, book, VectorQuantization(codes: 3, width: 2))
    #expect(rows.codes == [1, 2, 0])
    #expect(rows.value.values.array == [2, 0, 0, 2, 0, 0])
    for loss in [rows.commitment, rows.codebookLoss] {
      #expect(largestError(loss.values.array, [0.145, 0.34, 0.58]) < 1e-6)
    }
    // Of the commitment 2 (x - q) / 2, of the codebook's loss 2 (q - x) / 2, each for one row alone.
    rows.commitment.gradient.copy(from: [0, 1, 0])
    rows.codebookLoss.gradient.copy(from: [1, 0, 2])
    rows.value.gradient.copy(from: [10, 20, 0, 0, 0, 0])
    fixture.tape.backward()
    #expect(largestError(x.gradient.array, [10, 20, 0.2, -0.8, 0, 0]) < 1e-6)
    #expect(largestError(fixture.gradient(of: book), [2, -0.8, 0.5, -0.2, 0, 0]) < 1e-6)
  }

  @Test("of codes that are equally near the first is chosen, however many rows there are")
  func ties() {
    let (fixture, book) = Self.codebook([3, 1, 1, 1, -1, 1, 1, 1], width: 2)
    let x = fixture.tracked((0..<300).flatMap { [Float($0 % 2), 1] }, rows: 300)
    let rows = fixture.tape.quantize(x, book, VectorQuantization(codes: 4, width: 2))
    // (0, 1) is one from codes 1, 2 and 3; (1, 1) is codes 1 and 3.
    #expect(rows.codes.allSatisfy { $0 == 1 })
  }

  /// Far from zero `|c|² - 2 x·c` has lost the digits in which two codes differ.
  @Test("the nearest of two codes is found where the matrix product cannot tell them apart")
  func nearTies() {
    for (first, second, nearest) in [(0.5, 0.25, 1), (0.25, 0.5, 0), (-0.25, 0.5, 0)]
      as [(Float, Float, Int32)]
    {
      let (fixture, book) = Self.codebook([4096 + first, 4096 + second], width: 1)
      let x = fixture.tracked([4096], rows: 1)
      let rows = fixture.tape.quantize(x, book, VectorQuantization(codes: 2, width: 1))
      #expect(rows.codes == [nearest])
    }
  }

  @Test("the choice is that of a search through all codes", arguments: [(1, 1), (7, 3), (200, 17)])
  func search(codes: Int, width: Int) {
    var generator = Generator(key: Key(seed: 3))
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in Float(generator.normal()) } }
    let (values, points) = (numbers(codes * width), numbers(150 * width))
    for isCosine in [false, true] {
      let (fixture, book) = Self.codebook(values, width: width)
      let found = fixture.tape.quantize(
        fixture.tracked(points, rows: 150), book,
        VectorQuantization(codes: codes, width: width, isCosine: isCosine))
      func vector(_ all: [Float], _ index: Int) -> [Double] {
        let vector = all[index * width..<(index + 1) * width].map(Double.init)
        let length = isCosine ? vector.reduce(0) { $0 + $1 * $1 }.squareRoot() : 1
        return vector.map { $0 / length }
      }
      let expected = (0..<150).map { row -> Int32 in
        let distances = (0..<codes).map { code in
          zip(vector(points, row), vector(values, code)).reduce(0) { sum, pair in
            sum + (pair.0 - pair.1) * (pair.0 - pair.1)
          }
        }
        return Int32(distances.firstIndex(of: distances.min() ?? 0) ?? 0)
      }
      #expect(found.codes == expected, "\(isCosine)")
    }
  }

  @Test("rows that are not numbers choose a code and do not crash")
  func notNumbers() {
    let (fixture, book) = Self.codebook([0, 1, 2], width: 1)
    let rows = fixture.tape.quantize(
      fixture.tracked([.nan, .infinity, -.infinity], rows: 3), book,
      VectorQuantization(codes: 3, width: 1))
    #expect(rows.codes.allSatisfy { 0..<3 ~= $0 })
  }

  /// Both losses together are the mean square of `q - x` with its whole gradient, and the codes' gradient
  /// is what one at the compared rows themselves would be.
  @Test("gradients against finite differences", arguments: [1, 3, 17])
  func gradients(rows: Int) {
    for isCosine in [false, true] {
      let check = GradientCheck(
        inputs: [.init(rows, 3)], parameters: [.init(4, 3, magnitude: 3)]
      ) { tape, inputs, parameters in
        let quantized = tape.quantize(
          inputs[0], parameters[0],
          VectorQuantization(codes: 4, width: 3, isCosine: isCosine))
        let loss = tape.tensor(rows: rows, columns: 1, tracked: true)
        tape.copy(quantized.commitment, into: loss)
        tape.copy(quantized.codebookLoss, into: loss)
        let through = Tensor(
          values: quantized.inputs.values, gradient: quantized.value.gradient, rows: rows,
          columns: 3)
        return [loss, through]
      }
      #expect(check.relativeError(key: Key(seed: 1)) < 2e-3, "\(isCosine)")
    }
  }

  /// x = (2, 0), q = (0, 1): a quarter turn to the left and half the length. The gradient (3, 5) at q
  /// goes back as half of its quarter turn to the right: ½ (5, -3).
  @Test("a rotated gradient is turned back and scaled as the row is to its code")
  func rotation() {
    let (fixture, book) = Self.codebook([0, 1, 9, 9], width: 2)
    let kind = VectorQuantization(codes: 2, width: 2, gradient: .rotation)
    let x = fixture.tracked([2, 0], rows: 1)
    let rows = fixture.tape.quantize(x, book, kind)
    #expect(rows.value.values.array == [0, 1])
    rows.value.gradient.copy(from: [3, 5])
    fixture.tape.backward()
    #expect(largestError(x.gradient.array, [2.5, -1.5]) < 1e-6)
    #expect(fixture.gradient(of: book) == [0, 0, 0, 0])
  }

  @Test("where there is no rotation the gradient goes straight through")
  func noRotation() {
    let cases: [(x: [Float], code: [Float])] = [
      ([0, 0], [1, 1]), ([1, 2], [0, 0]), ([1, 2], [-2, -4]),
    ]
    for (x, code) in cases {
      let (fixture, book) = Self.codebook(code, width: 2)
      let input = fixture.tracked(x, rows: 1)
      let kind = VectorQuantization(codes: 1, width: 2, gradient: .rotation)
      fixture.tape.quantize(input, book, kind).value.gradient.copy(from: [3, 5])
      fixture.tape.backward()
      #expect(input.gradient.array == [3, 5])
    }
  }

  @Test("a row of zeros has no direction: it stays, and gets no gradient through its length")
  func zeroRow() {
    let (fixture, book) = Self.codebook([0, 0, 0, 2], width: 2)
    let x = fixture.tracked([0, 0], rows: 1)
    let rows = fixture.tape.quantize(
      x, book, VectorQuantization(codes: 2, width: 2, isCosine: true))
    #expect(rows.codes == [0] && rows.commitment.values.array == [0])
    rows.value.gradient.fill(1)
    rows.codebookLoss.gradient.fill(1)
    fixture.tape.backward()
    #expect(x.gradient.array == [0, 0] && fixture.gradient(of: book) == [0, 0, 0, 0])
  }

  @Test("while nothing is recorded, and of rows that are not tracked, there are codes and losses")
  func constants() {
    let (fixture, book) = Self.codebook([0, 4], width: 1)
    let kind = VectorQuantization(codes: 2, width: 1)
    let x = fixture.tape.constant([1, 5], rows: 2, columns: 1)
    let rows = fixture.tape.quantize(x, book, kind)
    #expect(rows.codes == [0, 1] && rows.commitment.values.array == [1, 1])
    #expect(!rows.commitment.isTracked && !rows.value.isTracked)
    rows.codebookLoss.gradient.fill(1)
    fixture.tape.backward()
    #expect(fixture.gradient(of: book) == [-2, -2])
    fixture.tape.withoutRecording {
      let rows = fixture.tape.quantize(fixture.tracked([3], rows: 1), book, kind)
      #expect(rows.codes == [1] && rows.codebookLoss.values.array == [1])
    }
  }
}
