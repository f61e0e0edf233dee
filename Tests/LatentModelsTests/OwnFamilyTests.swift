import Autodiff
import Distributions
import Foundation
import Kernels
import LatentModels
import NeuralNetworks
import Randomness
import TestSupport
import Testing
import WorldModels

/// Exponential distributions by the logarithms of their rates, which no module of ours has.
private struct Exponential: ClosedEntropy, ClosedDivergence {
  /// `[rows, columns]`: ln λ.
  let logRate: Tensor
  /// `[rows, columns]`: λ.
  let rate: Tensor

  var parameters: [Tensor] { [logRate] }
  var rows: Int { logRate.rows }
  var columns: Int { logRate.columns }

  /// `z = -ln(1 - u) / λ`, a known number over the rate: the gradient goes back through it.
  func sample(_ draw: Draw, into value: Tensor, _ tape: Tape) {
    let u = tape.arena.allocate(value.values.count)
    if case .random(let key, let numbering) = draw {
      u.fillUniform(key: key, rows: numbering, columns: columns)
    } else {
      u.fill(0.5)
    }
    let (numbers, rates) = (u.array, rate.values.array)
    value.values.copy(from: zip(numbers, rates).map { -log(1 - $0) / $1 })
    if value.isTracked { tape.record(DrawOperation(logRate: logRate, value: value)) }
  }

  /// `Σ ln λ - λ x`.
  func logProbability(of value: Tensor, _ tape: Tape) -> Tensor {
    let negative = tape.scale(tape.multiply(rate, value.stopped), by: -1)
    return tape.rowSums(of: tape.add(logRate, negative))
  }

  /// `Σ 1 - ln λ`.
  func entropy(_ tape: Tape) -> Tensor {
    tape.rowSums(of: tape.scale(logRate, by: -1, offset: 1))
  }

  /// `Σ ln λ_p - ln λ_q + λ_q / λ_p - 1`.
  func divergence(from other: Exponential, _ tape: Tape) -> Divergence {
    func terms(_ p: Tensor, _ q: Tensor) -> Tensor {
      let difference = tape.add(q, tape.scale(p, by: -1))
      let ratio = tape.deviation(of: difference, .exponential)
      return tape.rowSums(
        of: tape.scale(tape.add(ratio, tape.scale(difference, by: -1)), by: 1, offset: -1))
    }
    return Divergence(
      trainingFirst: terms(logRate, other.logRate.stopped),
      trainingSecond: terms(logRate.stopped, other.logRate))
  }

  /// An operation of this test's own: `dz / d ln λ = -z`.
  struct DrawOperation: TapeOperation {
    let logRate: Tensor
    let value: Tensor

    func pullback(_ tape: Tape) {
      logRate.gradient.add(value.gradient, times: value.values, -1)
    }
  }
}

/// Latents of such.
private struct ExponentialLatent: DistributedLatent {
  let count: Int

  var codes: Int? { nil }
  var width: Int { count }
  var parameterWidth: Int { count }
  var outputName: String { "rate" }
  var isSparse: Bool { false }

  func distribution(_ parameters: Tensor, _ tape: Tape) -> LatentDistribution {
    LatentDistribution(
      parameters: parameters, derived: tape.deviation(of: parameters, .exponential))
  }

  func value(of distribution: LatentDistribution) -> Exponential {
    Exponential(logRate: distribution.parameters, rate: distribution.derived)
  }

  var descriptionWidth: Int { count }
  func description(of distribution: LatentDistribution) -> [Float] {
    distribution.derived.values.array.map { 1 / $0 }
  }
  func usage(of descriptions: [Float]) -> LatentUsage {
    LatentUsage(activity: Array(repeating: 1, count: count), codes: nil)
  }
  func portraits(of description: ArraySlice<Float>) -> [LatentPortrait] {
    description.map { .interval(mean: $0, deviation: $0) }
  }
  func moves(of sample: [Float], latent: Int, _ tape: Tape) -> LatentMoves {
    LatentMoves(names: ["as it is"], samples: sample, current: 0)
  }

  var storedBytes: Int { 4 * count }
  func store(_ samples: [Float]) -> [UInt8] { GaussianLatent(count: count).store(samples) }
  func load(_ bytes: ArraySlice<UInt8>) -> [Float] { GaussianLatent(count: count).load(bytes) }
}

@Suite("an operation, a distribution and a family of another module")
struct OwnFamilyTests {
  @Test("the distribution's terms against finite differences", arguments: [1, 3, 17])
  func terms(rows: Int) {
    let shape = GradientCheck.Shape(rows, 3)
    let check = GradientCheck(inputs: [shape]) { tape, inputs, _ in
      let own = Exponential(
        logRate: inputs[0], rate: tape.deviation(of: inputs[0], .exponential))
      let fixed = tape.tensor(rows: rows, columns: 3, tracked: true)
      fixed.values.fill(0.3)
      let other = Exponential(logRate: fixed, rate: tape.deviation(of: fixed, .exponential))
      let z = tape.tensor(rows: rows, columns: 3, tracked: true)
      own.sample(.random(Key(seed: 2), RowNumbering()), into: z, tape)
      return [
        z, own.logProbability(of: other.mode(tape), tape), own.entropy(tape),
        own.divergence(from: other, tape).trainingFirst,
        other.divergence(from: own, tape).trainingSecond,
      ]
    }
    #expect(check.relativeError(key: Key(seed: 1)) < 2e-3)
  }

  /// Posterior and prior are pulled together, and the state towards a target: both get nearer.
  @Test("a recurrent model with such latents trains")
  func trains() throws {
    var configuration = DynamicsConfiguration.RSSM()
    (configuration.deter, configuration.hidden, configuration.blocks) = (16, 8, 4)
    var builder = ParameterBuilder()
    let latent = ExponentialLatent(count: 3)
    let rssm = try RSSM(configuration, latent: latent, actions: 2, tokens: 5, in: &builder)
    #expect(builder.size > 0 && rssm.stoch == 3 && rssm.features == 19)
    let store = ParameterStore(builder, key: Key(seed: 1))
    #expect(store.entry(named: "dyn/obsrate/kernel")?.shape == [8, 3])
    #expect(store.entry(named: "dyn/priorrate/kernel")?.shape == [8, 3])
    var settings = OptimizerConfiguration()
    (settings.lr, settings.warmup) = (3e-3, 0)
    let optimizer = Optimizer(settings, store: store)
    let gradients = Storage(count: store.trainedSize)
    let tape = Tape(arena: Arena(), values: store.values, gradients: gradients.region)
    let pool = WorkerPool(threads: 1)
    let losses = (1...60).map { update -> (divergence: Double, error: Double) in
      tape.reset()
      gradients.region.fill(0)
      let found = step(rssm, tape)
      let sum = GradientSum(store, in: gradients.region)
      sum.add([], pool: pool)
      _ = optimizer.update(update, gradients: sum, pool: pool)
      return found
    }
    let (first, last) = (losses[0], losses[59])
    #expect(last.error < 0.5 * first.error, "\(first) \(last)")
    #expect(losses.allSatisfy { $0.divergence.isFinite && $0.divergence > -1e-3 })
  }

  /// Four steps of three sequences: the divergence, and how far the latents are from one.
  private func step(_ rssm: RSSM, _ tape: Tape) -> (divergence: Double, error: Double) {
    let rows = 12
    func numbers(_ columns: Int) -> Tensor {
      tape.constant(
        (0..<rows * columns).map { Float($0 % 7) / 7 - 0.5 }, rows: rows, columns: columns)
    }
    let keep = tape.constant(.init(repeating: 1, count: rows), rows: rows, columns: 1).values
    let path = rssm.observe(
      tokens: numbers(5), previousActions: numbers(2), keep: keep,
      from: rssm.initialState(rows: 3, tape),
      using: { .random(Key(seed: 3).fold($0), RowNumbering()) }, tape)
    let kl = rssm.latent.divergence(
      posterior: rssm.latent.distribution(path.parameters, tape),
      prior: rssm.prior(path.states.deter, tape), tape)
    kl.dynamics.gradient.fill(1 / Float(rows))
    kl.representation.gradient.fill(0.1 / Float(rows))
    let ones = tape.constant(.init(repeating: 1, count: rows * 3), rows: rows, columns: 3)
    let error = tape.squaredError(path.states.stoch, target: ones.values)
    error.gradient.fill(1 / Float(rows))
    let found = (kl.dynamics.values.sum / Double(rows), error.values.sum / Double(rows))
    tape.backward()
    return found
  }
}
