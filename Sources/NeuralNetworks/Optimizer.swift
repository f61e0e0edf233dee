import Foundation
import Kernels

/// `agent.opt`: LaProp with adaptive gradient clipping (ALGORITHM section 11), or Adam.
public struct OptimizerConfiguration: Codable, Sendable, Equatable {
  /// Ours: `laprop`, or `adam` for Kingma and Ba 2015.
  public var impl = "laprop"
  public var lr = 4e-5
  /// Largest norm of a tensor's gradient as a part of the tensor's norm; 0 clips nothing.
  public var agc = 0.3
  public var eps = 1e-20
  public var beta1 = 0.9
  public var beta2 = 0.999
  /// Whether gradients are averaged. The reference has this key and averages whatever it says.
  public var momentum = true
  public var nesterov = false
  /// Weight decay of kernels, times the learning rate.
  public var wd = 0.0
  /// `const`, `linear` or `cosine`.
  public var schedule = "const"
  /// Updates until the learning rate is whole.
  public var warmup = 1000
  /// Updates after which the `linear` or `cosine` schedule has reached a tenth of `lr`.
  public var anneal = 0

  public init() {}

  /// The learning rate of update `n`, counted from 1: the first of a warm-up is 0.
  public func learningRate(update n: Int) -> Double {
    let done = n - 1
    if done < warmup { return lr * Double(done) / Double(warmup) }
    let length = Double(anneal - warmup)
    let progress = length > 0 ? min(Double(done - warmup) / length, 1) : 0
    return switch schedule {
    case "linear": lr * (1 - 0.9 * progress)
    case "cosine": lr * (0.1 + 0.9 * 0.5 * (1 + cos(.pi * progress)))
    default: lr
    }
  }
}

/// What an update did, over all parameters that learn.
public struct UpdateStatistics: Sendable, Equatable {
  /// L2 norm of the gradient before clipping.
  public var gradientNorm = 0.0
  /// Root mean square of the gradient, of what was subtracted, and of the parameters afterwards.
  public var gradientRMS = 0.0
  public var updateRMS = 0.0
  public var parameterRMS = 0.0
  /// The first tensor whose gradient is not finite, or so large that its norm is not. Nothing was
  /// changed then.
  public var badTensor: String?
}

/// Changes the parameters of one group that learn.
///
/// LaProp (Ziyin et al. 2020, arXiv:2002.04839) as the reference orders it: a tensor's gradient is
/// clipped to a part of the tensor's norm (Brock et al. 2021, arXiv:2102.06171, on whole tensors),
/// divided by its running root mean square, and then averaged. Adam averages first.
public final class Optimizer: Sendable {
  public let configuration: OptimizerConfiguration
  private let store: ParameterStore
  /// The group's tensors that learn, by their places among all that do.
  private let learning: [(place: Int, entry: ParameterStore.Entry)]
  private let trained: [ParameterStore.Entry]
  private let variances: Storage
  private let momenta: Storage
  /// Two sums of squares for each tensor that learns: of the step and of the new weights.
  private let sums: Storage

  public init(
    _ configuration: OptimizerConfiguration, store: ParameterStore,
    group: String = ParameterStore.mainGroup
  ) {
    self.configuration = configuration
    self.store = store
    trained = store.trained.filter { $0.group == group }
    learning = store.learning.enumerated().filter { $1.group == group }.map { ($0, $1) }
    variances = Storage(count: store.trainedSize)
    momenta = Storage(count: store.trainedSize)
    sums = Storage(count: 2 * learning.count)
  }

  /// Makes update `n` (counted from 1).
  ///
  /// Where a tensor's gradient is infinite or not a number nothing is changed, and the result says
  /// which one.
  ///
  /// - Parameter sum: of all shards' gradients.
  public func update(_ n: Int, gradients sum: GradientSum, pool: WorkerPool) -> UpdateStatistics {
    let (learning, sums) = (learning, sums.region)
    if let bad = learning.first(where: { !sum.squares[$0.place].isFinite }) {
      var statistics = statistics(sum)
      statistics.badTensor = bad.entry.name
      return statistics
    }
    let (step, region) = (makeStep(n), sum.region)
    pool.run(units: learning.count) { unit in
      let entry = learning[unit].entry
      let squares = self.apply(step, to: entry, gradient: self.part(of: region, entry))
      sums[2 * unit] = Float(squares.step)
      sums[2 * unit + 1] = Float(squares.weights)
    }
    return statistics(sum)
  }

  /// Changes one tensor; returns the sums of squares of the step and of the new weights.
  private func apply(
    _ step: OptimizerStep, to entry: ParameterStore.Entry, gradient: Region
  ) -> (step: Double, weights: Double) {
    let weights = store[entry]
    var step = step
    step.clip = clip(gradientNorm: gradient.sumOfSquares.squareRoot(), weights: weights)
    if !entry.name.hasSuffix("/kernel") { step.decay = 0 }
    let moved = step.apply(
      weights: weights, gradient: gradient, variance: part(of: variances.region, entry),
      momentum: part(of: momenta.region, entry))
    return (moved, weights.sumOfSquares)
  }

  private func makeStep(_ n: Int) -> OptimizerStep {
    OptimizerStep(
      rule: configuration.impl == "adam" ? .adam : .laprop, clip: 1,
      beta1: Float(configuration.beta1), beta2: Float(configuration.beta2),
      correction1: Float(1 - pow(configuration.beta1, Double(n))),
      correction2: Float(1 - pow(configuration.beta2, Double(n))),
      epsilon: Float(configuration.eps), rate: Float(configuration.learningRate(update: n)),
      decay: Float(configuration.wd), usesMomentum: configuration.momentum,
      isNesterov: configuration.nesterov)
  }

  private func clip(gradientNorm: Double, weights: Region) -> Float {
    if configuration.agc <= 0 { return 1 }
    let limit = configuration.agc * max(1e-3, weights.sumOfSquares.squareRoot())
    return Float(1 / max(1, gradientNorm / limit))
  }

  private func part(of region: Region, _ entry: ParameterStore.Entry) -> Region {
    region.slice(entry.parameter.offset, count: entry.parameter.count)
  }

  private func statistics(_ sum: GradientSum) -> UpdateStatistics {
    var totals = (gradient: 0.0, step: 0.0, weights: 0.0)
    for (unit, tensor) in learning.enumerated() {
      totals.gradient += Double(sum.squares[tensor.place])
      totals.step += Double(sums.region[2 * unit])
      totals.weights += Double(sums.region[2 * unit + 1])
    }
    let count = Double(learning.reduce(0) { $0 + $1.entry.parameter.count })
    return UpdateStatistics(
      gradientNorm: totals.gradient.squareRoot(),
      gradientRMS: (totals.gradient / count).squareRoot(),
      updateRMS: (totals.step / count).squareRoot(),
      parameterRMS: (totals.weights / count).squareRoot())
  }

  /// The running averages, to save and to restore: names end in `/variance` and `/momentum`. Frozen
  /// tensors have theirs, which rest.
  public var state: [(name: String, shape: [Int], values: Region)] {
    trained.flatMap { entry in
      [
        ("\(entry.name)/variance", entry.shape, part(of: variances.region, entry)),
        ("\(entry.name)/momentum", entry.shape, part(of: momenta.region, entry)),
      ]
    }
  }
}
