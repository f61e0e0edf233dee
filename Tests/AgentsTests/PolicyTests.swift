import Agents
import Autodiff
import Distributions
import EnvironmentInterface
import Foundation
import Kernels
import NeuralNetworks
import Randomness
import TestSupport
import Testing
import WorldModels

@Suite("the policy")
struct PolicyTests {
  /// The distribution of a policy at a few features.
  private func distribution(
    _ actionSpace: ActionSpace, rows: Int = 50, _ change: (inout PolicyConfiguration) -> Void
  ) throws -> (ActionDistribution, Tape) {
    var configuration = PolicyConfiguration()
    (configuration.layers, configuration.units) = (1, 16)
    change(&configuration)
    var builder = ParameterBuilder()
    let policy = try Policy(configuration, from: 6, actionSpace: actionSpace, in: &builder)
    let store = kept(ParameterStore(builder, key: Key(seed: 1)))
    let tape = Tape(
      arena: kept(Arena()), values: store.values,
      gradients: kept(Storage(count: store.trainedSize)).region)
    func part(_ columns: Int, _ phase: Double) -> Tensor {
      tape.constant(
        (0..<rows * columns).map { Float(sin(Double($0 * $0) + phase)) }, rows: rows,
        columns: columns)
    }
    return (policy(RSSMState(deter: part(4, 0), stoch: part(2, 1)), tape), tape)
  }

  private func probabilities(
    _ change: (inout PolicyConfiguration) -> Void
  ) throws -> (logits: [Float], probabilities: [Float]) {
    let (distribution, _) = try distribution(.discrete(count: 5), change)
    guard case .categorical(let categorical) = distribution else { return ([], []) }
    return (categorical.logits.values.array, categorical.probabilities.array)
  }

  private func softmax(_ logits: [Float]) -> [Float] {
    stride(from: 0, to: logits.count, by: 5).flatMap { start in
      let exponentials = logits[start..<start + 5].map { exp(Double($0)) }
      return exponentials.map { Float($0 / exponentials.reduce(0, +)) }
    }
  }

  @Test("trap 9: a discrete policy has no uniform share, whatever its unimix says")
  func noUnimix() throws {
    let sure = try probabilities {
      $0.outscale = 20
      $0.unimix = 0.5
    }
    #expect(sure.probabilities.count == 250)
    #expect(largestError(sure.probabilities, softmax(sure.logits)) < 1e-6)
    #expect(sure.probabilities.min()! < 1e-6)
  }

  @Test("trap 9: with agent.policy.mix it has, for every action")
  func mix() throws {
    let mixed = try probabilities {
      $0.outscale = 20
      $0.mix = 0.1
    }
    let expected = softmax(mixed.logits).map { 0.9 * $0 + 0.1 / 5 }
    #expect(largestError(mixed.probabilities, expected) < 1e-6)
    #expect(mixed.probabilities.min()! >= 0.02 * 0.999999)
  }

  @Test("its entropy starts near ln n", arguments: [2, 5, 17])
  func entropy(count: Int) throws {
    let (distribution, tape) = try distribution(.discrete(count: count)) { _ in }
    guard case .categorical(let categorical) = distribution else { return }
    let action = tape.zeros(rows: 50, columns: count)
    let entropy = categorical.terms(at: action.values, tape).entropy.values
    for row in 0..<50 {
      #expect(abs(entropy[row] - Float(log(Double(count)))) < 1e-3)
    }
  }

  @Test(
    "a continuous policy starts near mean 0 and deviation 0.893, and its samples are not clipped")
  func continuous() throws {
    let space = ActionSpace.continuous(low: [-1, -1], high: [1, 1])
    let (distribution, tape) = try distribution(space, rows: 2000) { _ in }
    let means = distribution.sample(.mode, tape).values
    #expect(means.array.allSatisfy { abs($0) < 0.1 })
    let above = distribution.sample(.fixed(deviations: 1), tape).values
    for (mean, value) in zip(means.array, above.array) {
      #expect(abs(value - mean - 0.8927) < 0.02)
    }
    let draws = distribution.sample(.random(Key(seed: 2), RowNumbering()), tape).values
    #expect(abs((draws.sumOfSquares / 4000).squareRoot() - 0.893) < 0.03)
    #expect(draws.array.contains { $0 > 1.5 })
  }

  @Test("a draw source gives each purpose, step and row draws of its own")
  func draws() throws {
    let (distribution, tape) = try distribution(
      .continuous(low: [-1], high: [1]), rows: 4
    ) { _ in }
    func sample(_ purpose: String, _ step: Int, seed: UInt64 = 3) -> [Float] {
      let source = DrawSource.random(Key(seed: seed))
      return distribution.sample(source.draw(purpose, step: step, rows: RowNumbering()), tape)
        .values.array
    }
    #expect(sample("action", 0) == sample("action", 0))
    #expect(sample("action", 0) != sample("action", 1))
    #expect(sample("action", 0) != sample("latent", 0))
    #expect(sample("action", 0) != sample("action", 0, seed: 4))
    #expect(Set(sample("action", 0)).count == 4)
  }
}
