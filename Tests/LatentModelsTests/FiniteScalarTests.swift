import Autodiff
import Foundation
import Kernels
import LatentModels
import Randomness
import TestSupport
import Testing

@Suite("finite scalar quantisation")
struct FiniteScalarTests {
  /// Of three levels half = 1.001: tanh(0.4) · 1.001 = 0.380 rounds to 0, tanh(0.7) · 1.001 = 0.605 to 1.
  /// Of four levels half = 1.5015, shift = atanh(0.5 / 1.5015) = 0.3460:
  /// tanh(0 + 0.3460) · 1.5015 - 0.5 = 0 is level 0; tanh(-1 + 0.3460) · 1.5015 - 0.5 = -1.363 is -1;
  /// tanh(3) is near 1, so 1.0015 - … = 0.99 is 1. Values are halves; codes count the first number's
  /// levels fastest, from -1 and from -2 on.
  @Test("levels, values and codes worked by hand")
  func literal() {
    let fixture = TapeFixture()
    let fsq = FiniteScalarQuantization(levels: [3, 4])
    #expect(fsq.codes == 12 && fsq.width == 2)
    let x = fixture.tracked([0.4, 0, 0.7, -1, -9, 3, 9, -9], rows: 4)
    let rows = fsq.quantize(x, fixture.tape)
    #expect(rows.value.values.array == [0, 0, 1, -0.5, -1, 0.5, 1, -1])
    // 1 + 3 · 2, 2 + 3 · 1, 0 + 3 · 3, 2 + 3 · 0.
    #expect(rows.codes == [7, 5, 9, 2])
    #expect(fsq.values(of: rows.codes) == rows.value.values.array)
  }

  @Test(
    "every code has values of its own that are rounded to themselves",
    arguments: [
      [2], [3], [8, 5], [7, 5, 4], [2, 2, 2, 2],
    ])
  func codes(levels: [Int]) {
    let fsq = FiniteScalarQuantization(levels: levels)
    let all = (0..<Int32(fsq.codes)).map { $0 }
    let values = fsq.values(of: all)
    #expect(
      Set(
        stride(from: 0, to: values.count, by: fsq.width).map {
          Array(values[$0..<$0 + fsq.width])
        }
      ).count == fsq.codes)
    // Back through what is inside the rounding.
    let inner = values.enumerated().map { index, value -> Float in
      let l = Double(levels[index % levels.count])
      let (half, offset) = ((l - 1) * 1.001 / 2, Int(l) % 2 == 0 ? 0.5 : 0)
      let level = Double(value) * (l / 2).rounded(.down)
      return Float(atanh((level + offset) / half) - atanh(offset / half))
    }
    let fixture = TapeFixture()
    let rows = fsq.quantize(fixture.tracked(inner, rows: fsq.codes), fixture.tape)
    #expect(rows.codes == all)
  }

  /// The value with the rounding left out: its gradient is the straight-through one.
  @Test("the gradient is that of the value before it is rounded", arguments: [1, 3, 17])
  func gradients(rows: Int) {
    let levels = [7, 5, 4, 2]
    let fsq = FiniteScalarQuantization(levels: levels)
    let check = GradientCheck(inputs: [.init(rows, 4)]) { tape, inputs, _ in
      let rounded = fsq.quantize(inputs[0], tape).value
      let smooth = inputs[0].values.array.enumerated().map { index, x -> Float in
        let l = Double(levels[index % 4])
        let (half, offset) = ((l - 1) * 1.001 / 2, Int(l) % 2 == 0 ? 0.5 : 0)
        return Float(
          (tanh(Double(x) + atanh(offset / half)) * half - offset) / (l / 2).rounded(.down))
      }
      let values = tape.constant(smooth, rows: rows, columns: 4).values
      return [Tensor(values: values, gradient: rounded.gradient, rows: rows, columns: 4)]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < 2e-3)
  }

  @Test("a number that is none has a code and shows in the value")
  func notNumbers() {
    let fixture = TapeFixture()
    let rows = FiniteScalarQuantization(levels: [3, 3]).quantize(
      fixture.tracked([.nan, .infinity], rows: 1), fixture.tape)
    #expect((0..<9).contains(rows.codes[0]))
    #expect(rows.value.values[0].isNaN && rows.value.values[1] == 1)
  }
}
