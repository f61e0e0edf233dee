import Autodiff
import Kernels
import Randomness
import TestSupport
import Testing

@Suite("what a tape records")
struct RecordingTests {
  /// Two layers, of which the second and its loss run in `wrap`.
  private func gradients(
    _ wrap: (Tape, () -> Void) -> Void
  ) -> (x: [Float], first: [Float], second: [Float]) {
    let fixture = TapeFixture(parameters: [(2, 2, [1, 2, 3, 4]), (2, 1, [5, -6])])
    let x = fixture.tracked([1, -1, 0.5, 2], rows: 2)
    let tape = fixture.tape
    let y = tape.linear(x, WeightBlocks(fixture.parameters[0]))
    wrap(tape) {
      let z = tape.linear(y, WeightBlocks(fixture.parameters[1]))
      if z.isTracked { z.gradient.copy(from: [1, 2]) }
    }
    tape.backward()
    return (
      x.gradient.array, fixture.gradient(of: fixture.parameters[0]),
      fixture.gradient(of: fixture.parameters[1])
    )
  }

  @Test("a detour gives the gradients of the straight way")
  func detour() {
    let straight = gradients { $1() }
    let detour = gradients { tape, body in tape.detour(body) }
    #expect(straight == detour)
    // dy = (1, 2)ᵀ (5, -6), dx = dy W₁ᵀ, y = x W₁.
    #expect(straight.x == [-7, -9, -14, -18])
    #expect(straight.first == [10, -12, 15, -18])
    #expect(straight.second == [11, 16])
  }

  @Test("a detour gives its memory back and keeps what was recorded before")
  func detourMemory() {
    let fixture = TapeFixture(parameters: [(2, 1, [5, -6])])
    let x = fixture.tracked([1, 2], rows: 1)
    let before = fixture.tape.linear(x, WeightBlocks(fixture.parameters[0]))
    let place = fixture.tape.zeros(rows: 1, columns: 16)
    fixture.tape.detour {
      let y = fixture.tape.linear(x, WeightBlocks(fixture.parameters[0]))
      y.gradient.fill(1)
    }
    #expect(x.gradient.array == [5, -6])
    let after = fixture.tape.tensor(rows: 1, columns: 1, tracked: false)
    after.values.fill(7)
    #expect(place.values.array.allSatisfy { $0 == 0 })
    before.gradient.fill(1)
    fixture.tape.backward()
    #expect(x.gradient.array == [10, -12])
    #expect(fixture.gradient(of: fixture.parameters[0]) == [2, 4])
  }

  @Test("segments that are swept with late losses give the gradients of one sweep")
  func segments() {
    let weights: [(rows: Int, columns: Int, values: [Float])] = [
      (2, 3, [1, 2, 3, 4, 5, 6]), (1, 3, [1, -1, 2]), (3, 1, [5, -6, 2]),
    ]
    let rms = NormActivation(Normalization(kind: .rms), .silu)
    func gradients(inSegments: Bool) -> [[Float]] {
      let fixture = TapeFixture(parameters: weights)
      let (tape, x) = (fixture.tape, fixture.tracked([1, -1, 0.5, 2], rows: 2))
      func layers(_ x: Tensor) -> Tensor {
        let y = tape.linear(x, WeightBlocks(fixture.parameters[0]))
        // The norm of a constant makes a gradient of its own.
        let shared = tape.normActivation(y, rms, scale: fixture.parameters[1], shift: nil)
        return tape.linear(shared, WeightBlocks(fixture.parameters[2]))
      }
      func lose(_ y: Tensor, _ weight: Float) {
        tape.squaredError(y, target: fixture.constants([1, 2])).gradient.fill(weight)
      }
      if inSegments {
        let (first, older) = tape.segment { layers(x) }
        let (second, newer) = tape.segment { layers(x.stopped) }
        #expect(first.values.array == second.values.array)
        tape.sweep(newer) { lose(second, 2) }
        tape.sweep(older) { lose(first, 0.5) }
      } else {
        lose(layers(x), 0.5)
        lose(layers(x.stopped), 2)
        tape.backward()
      }
      #expect(tape.recordedCount == 0)
      return [x.gradient.array] + fixture.parameters.map(fixture.gradient(of:))
    }
    for (ours, theirs) in zip(gradients(inSegments: true), gradients(inSegments: false)) {
      #expect(theirs.contains { $0 != 0 })
      #expect(largestError(ours, theirs) < 1e-4)
    }
  }

  @Test("a sweep over a segment leaves what is older, and further segments need no memory")
  func olderThanSegments() {
    let fixture = TapeFixture(parameters: [(2, 1, [5, -6])])
    let (tape, x) = (fixture.tape, fixture.tracked([1, 2], rows: 1))
    let before = tape.linear(x, WeightBlocks(fixture.parameters[0]))
    let recorded = (0..<3).map { _ in
      tape.segment { tape.linear(x, WeightBlocks(fixture.parameters[0])) }
    }
    for (y, segment) in recorded.reversed() { tape.sweep(segment) { y.gradient.fill(1) } }
    #expect(x.gradient.array == [15, -18])
    #expect(recorded.allSatisfy { $0.0.gradient.array == recorded[0].0.gradient.array })
    before.gradient.fill(1)
    tape.backward()
    #expect(x.gradient.array == [20, -24])
  }

  @Test("without recording, results are constants and nothing is swept")
  func withoutRecording() {
    let silent = gradients { tape, body in
      tape.withoutRecording {
        #expect(!tape.isRecording)
        body()
      }
      #expect(tape.isRecording)
    }
    #expect(silent.x == [0, 0, 0, 0])
    #expect(silent.second == [0, 0])
  }

  @Test("without recording, a detour sweeps nothing")
  func silentDetour() {
    let silent = gradients { tape, body in tape.withoutRecording { tape.detour(body) } }
    #expect(silent.x == [0, 0, 0, 0])
  }

  @Test("a stopped tensor has the same values and passes no gradient")
  func stopped() {
    let fixture = TapeFixture(parameters: [(2, 1, [5, -6])])
    let x = fixture.tracked([1, 2], rows: 1)
    let y = fixture.tape.linear(x.stopped, WeightBlocks(fixture.parameters[0]))
    #expect(y.values.array == [-7])
    y.gradient.fill(1)
    fixture.tape.backward()
    #expect(x.gradient.array == [0, 0])
    #expect(fixture.gradient(of: fixture.parameters[0]) == [1, 2])
  }

  @Test("a second sweep adds to the gradients, and a reset forgets what was recorded")
  func sweeps() {
    let fixture = TapeFixture(parameters: [(1, 1, [3])])
    func run(sweeps: Bool) {
      let y = fixture.tape.linear(
        fixture.tracked([2], rows: 1), WeightBlocks(fixture.parameters[0]))
      y.gradient.fill(1)
      if sweeps { fixture.tape.backward() } else { fixture.tape.reset() }
    }
    run(sweeps: true)
    run(sweeps: true)
    #expect(fixture.gradient(of: fixture.parameters[0]) == [4])
    run(sweeps: false)
    fixture.tape.backward()
    #expect(fixture.gradient(of: fixture.parameters[0]) == [4])
  }

  @Test("a tape that is reset needs no more memory for the same again")
  func steadyState() {
    let fixture = TapeFixture(parameters: [(33, 33, [Float](repeating: 0.1, count: 33 * 33))])
    let tape = fixture.tape
    func run() {
      var x = fixture.tracked([Float](repeating: 1, count: 33 * 33), rows: 33)
      for _ in 0..<50 { x = tape.linear(x, WeightBlocks(fixture.parameters[0])) }
      x.gradient.fill(1)
      tape.backward()
      tape.reset()
    }
    run()
    let capacity = tape.arena.capacity
    run()
    #expect(tape.arena.capacity == capacity)
  }
}
