import Agents
import TestSupport
import Testing

/// Two sequences of five steps side by side, time first, with discount 1/2.
@Suite("λ-returns and weights")
struct LambdaReturnTests {
  /// `[5, 2]`; the first row's reward is not used.
  static let rewards: [Float] = [100, 100, 1, 1, 2, 2, 3, 3, 4, 4]
  static let values: [Float] = [90, 90, 10, 10, 20, 20, 30, 30, 40, 40]
  static let none = [Float](repeating: 0, count: 10)

  private func returns(
    terminal: [Float] = none, last: [Float] = none, discount: Float = 0.5, lambda: Float
  ) -> [Float] {
    lambdaReturns(
      rewards: Self.rewards, bootstrap: Self.values, terminal: terminal, last: last, count: 2,
      discount: discount, lambda: lambda)
  }

  /// ```
  /// R₃ = 4 + 1/2 [1/2 · 40 + 1/2 · 40]  = 24
  /// R₂ = 3 + 1/2 [1/2 · 30 + 1/2 · 24]  = 16.5
  /// R₁ = 2 + 1/2 [1/2 · 20 + 1/2 · 16.5] = 11.125
  /// R₀ = 1 + 1/2 [1/2 · 10 + 1/2 · 11.125] = 6.28125
  /// ```
  @Test("trap 3: a return bootstraps from the value of the step whose reward it takes")
  func plain() {
    let expected: [Float] = [6.28125, 6.28125, 11.125, 11.125, 16.5, 16.5, 24, 24]
    #expect(returns(lambda: 0.5) == expected)
  }

  /// In the first sequence nothing follows step 2: `R₁ = 2`, `R₀ = 1 + 1/2 [5 + 1] = 4`. In the second
  /// something follows with probability 1/4: `R₁ = 2 + 1/8 [10 + 8.25] = 4.28125`, and
  /// `R₀ = 1 + 1/2 [5 + 2.140625] = 4.5703125`.
  @Test("trap 3: a terminal step cuts the return at its own reward, in part where it is in part")
  func terminal() {
    var terminal = Self.none
    terminal[2 * 2] = 1
    terminal[2 * 2 + 1] = 0.75
    let expected: [Float] = [4, 4.570_312_5, 2, 4.281_25, 16.5, 16.5, 24, 24]
    #expect(returns(terminal: terminal, lambda: 0.5) == expected)
  }

  /// The first sequence breaks off at step 3 and goes on with another episode: `R₂ = 3 + 1/2 · 30 =
  /// 18`, `R₁ = 2 + 1/2 [10 + 9] = 11.5`, `R₀ = 1 + 1/2 [5 + 5.75] = 6.375`. The second ends there for
  /// good: `R₂ = 3`, `R₁ = 2 + 1/2 [10 + 1.5] = 7.75`, `R₀ = 1 + 1/2 [5 + 3.875] = 5.4375`.
  @Test("a last step that is not terminal bootstraps from its value alone")
  func last() {
    var (last, terminal) = (Self.none, Self.none)
    (last[6], last[7], terminal[7]) = (1, 1, 1)
    let expected: [Float] = [6.375, 5.4375, 11.5, 7.75, 18, 3, 24, 24]
    #expect(returns(terminal: terminal, last: last, lambda: 0.5) == expected)
  }

  @Test("trap 3: with λ = 0 a return is one step and the value after it")
  func oneStep() {
    let steps = zip(Self.rewards, Self.values).dropFirst(2).map { $0 + 0.5 * $1 }
    #expect(steps == [6, 6, 12, 12, 18, 18, 24, 24])
    #expect(returns(lambda: 0) == steps)
  }

  /// `1 + 2/2 + 3/4 + 4/8 + 40/16 = 5.75` and so on.
  @Test("with λ = 1 a return is all rewards and the last value")
  func monteCarlo() {
    #expect(returns(lambda: 1) == [5.75, 5.75, 9.5, 9.5, 15, 15, 24, 24])
    let sums: [Float] = [50, 50, 49, 49, 47, 47, 44, 44]
    #expect(returns(discount: 1, lambda: 1) == sums)
  }

  @Test("a sequence of one step has no return")
  func single() {
    let returns = lambdaReturns(
      rewards: [1, 2], bootstrap: [3, 4], terminal: [0, 0], last: [0, 0], count: 2, discount: 1,
      lambda: 0.95)
    #expect(returns.isEmpty)
  }

  @Test("trap 4: a step's weight holds the root's continue probability and not its own outcome's")
  func weights() {
    // Three steps of two sequences.
    let continues: [Float] = [0.5, 1, 0.25, 0, 0.5, 1]
    #expect(
      imaginationWeights(continues: continues, count: 2, discount: 1)
        == [0.5, 1, 0.125, 0, 0.0625, 0])
    // (1 / γ) Π γ c: the first has no discount, each after it one more.
    #expect(
      imaginationWeights(continues: continues, count: 2, discount: 0.5)
        == [0.5, 1, 0.0625, 0, 0.015625, 0])
  }

  /// The first action ends the episode, and what would follow does not count.
  @Test("trap 4: the action that reaches the goal keeps its whole weight")
  func goal() {
    let weights = imaginationWeights(continues: [1, 0, 1, 1], count: 1, discount: 1)
    #expect(weights == [1, 0, 0, 0])
  }
}
