import Evaluation
import Testing

@Suite("The open-loop error")
struct OpenLoopErrorTests {
  @Test("errors are means of squares over pixels and over stretches, by horizon")
  func literal() {
    var sums = OpenLoopError.Sums(horizon: 3)
    sums.add(steps: 1, truth: [1, 0], model: [0.5, 0], last: [0, 0], mean: [1, 1])
    sums.add(steps: 1, truth: [0, 0], model: [0, 0.5], last: [0, 0], mean: [1, 1])
    sums.add(steps: 2, truth: [0, 1], model: [0, 0], last: [0, 1], mean: [0, 0])
    let result = sums.result
    #expect(result.horizons.map(\.steps) == [1, 2])
    #expect(result.horizons.map(\.count) == [2, 1])
    #expect(result.horizons.map(\.model) == [0.125, 0.5])
    #expect(result.horizons.map(\.copy) == [0.25, 0])
    #expect(result.horizons.map(\.mean) == [0.75, 0.5])
    #expect(!result.isBelowGuesses)
  }

  @Test("to be below both guesses is to be below them at every horizon")
  func verdict() {
    var sums = OpenLoopError.Sums(horizon: 2)
    sums.add(steps: 1, truth: [1], model: [1], last: [0], mean: [0])
    #expect(sums.result.isBelowGuesses)
    sums.add(steps: 2, truth: [1], model: [0.5], last: [0.5], mean: [0])
    #expect(!sums.result.isBelowGuesses)
    #expect(!OpenLoopError.Sums(horizon: 1).result.isBelowGuesses)
  }
}
