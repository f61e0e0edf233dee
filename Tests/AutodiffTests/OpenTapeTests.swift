import Autodiff
import Kernels
import Randomness
import TestSupport
import Testing

/// `y = x³`, an operation that the library does not have.
private struct CubeOperation: TapeOperation {
  let x: Tensor
  let y: Tensor

  func pullback(_ tape: Tape) {
    if !x.isTracked { return }
    let mark = tape.arena.mark
    let square = tape.arena.allocateZeros(x.values.count)
    square.add(x.values, times: x.values)
    let slope = tape.arena.allocateZeros(x.values.count)
    slope.add(3, times: square)
    x.gradient.add(slope, times: y.gradient)
    tape.arena.rewind(to: mark)
  }
}

extension Tape {
  fileprivate func cube(_ x: Tensor) -> Tensor {
    let y = tensor(rows: x.rows, columns: x.columns, tracked: x.isTracked)
    let square = arena.allocateZeros(x.values.count)
    square.add(x.values, times: x.values)
    y.values.fill(0)
    y.values.add(square, times: x.values)
    record(CubeOperation(x: x, y: y))
    return y
  }
}

@Suite("an operation of another module")
struct OpenTapeTests {
  @Test("it agrees with finite differences, among operations of the library", arguments: oddSizes)
  func gradient(columns: Int) {
    let check = GradientCheck(
      inputs: [.init(3, columns)], parameters: [.init(columns, 2)]
    ) { tape, inputs, parameters in
      let y = tape.linear(tape.cube(inputs[0]), WeightBlocks(parameters[0]))
      return [tape.cube(tape.add(y, y)), tape.cube(inputs[0])]
    }
    #expect(check.relativeError(key: Key(seed: 8)) < tolerance)
  }

  @Test("of types that take turns the newest is always swept first")
  func order() {
    final class Log { var swept: [String] = [] }
    struct First: TapeOperation {
      let number: Int
      let log: Log
      func pullback(_ tape: Tape) { log.swept.append("first \(number)") }
    }
    struct Second: TapeOperation {
      let number: Int
      let log: Log
      func pullback(_ tape: Tape) { log.swept.append("second \(number)") }
    }
    let (tape, log) = (TapeFixture().tape, Log())
    for number in 0..<2 {
      tape.record(First(number: number, log: log))
      tape.record(Second(number: number, log: log))
      tape.record(Second(number: number + 10, log: log))
    }
    #expect(tape.recordedCount == 6)
    tape.backward(keeping: 2)
    #expect(log.swept == ["second 11", "second 1", "first 1", "second 10"])
    tape.withoutRecording { tape.record(First(number: 5, log: log)) }
    tape.backward()
    #expect(log.swept.suffix(2) == ["second 0", "first 0"])
    #expect(tape.recordedCount == 0)
  }

  @Test("a pullback may ask the tape how much is recorded")
  func exclusivity() {
    final class Count { var value = -1 }
    struct Asking: TapeOperation {
      let count: Count
      func pullback(_ tape: Tape) { count.value = tape.recordedCount }
    }
    let (tape, count) = (TapeFixture().tape, Count())
    for _ in 0..<3 { tape.record(Asking(count: count)) }
    tape.backward(keeping: 2)
    #expect(count.value == 2)
  }
}
