import Foundation
import Kernels

/// `agent.opt`: LaProp with adaptive gradient clipping (ALGORITHM section 11), or Adam.
public struct OptimizerConfiguration: Codable, Sendable, Equatable {
  /// Ours: `laprop`, or `adam` for Kingma and Ba 2015.
  public var impl = "laprop"
  /// The learning rate where neither warm-up nor schedule lowers it.
  public var lr = 4e-5
  /// Largest norm of a tensor's gradient as a part of the tensor's norm; 0 clips nothing.
  public var agc = 0.3
  /// What is added to the root mean square that gradients are divided by; above 0, and so little
  /// that a step does not depend on the size of gradients.
  public var eps = 1e-20
  /// What stays of the average of gradients at an update; at least 0 and below 1.
  public var beta1 = 0.9
  /// What stays of the average of squared gradients at an update; at least 0 and below 1.
  public var beta2 = 0.999
  /// Whether gradients are averaged. The reference has this key and averages whatever it says.
  public var momentum = true
  /// Whether LaProp's average looks one update ahead (Nesterov); nothing to `adam`.
  public var nesterov = false
  /// Weight decay of kernels, times the learning rate.
  public var wd = 0.0
  /// `const`, `linear` or `cosine`.
  public var schedule = "const"
  /// Updates until the learning rate is whole.
  public var warmup = 1000
  /// Updates after which the `linear` or `cosine` schedule has reached a tenth of `lr`.
  public var anneal = 0

  /// The reference's defaults.
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
package struct UpdateStatistics: Sendable, Equatable {
  /// L2 norm of the gradient before clipping.
  package var gradientNorm = 0.0
  /// Root mean square of the gradient, of what was subtracted, and of the parameters afterwards.
  package var gradientRMS = 0.0
  package var updateRMS = 0.0
  package var parameterRMS = 0.0
  /// The first tensor whose gradient is not finite, or so large that its norm is not. Nothing was
  /// changed then.
  package var badTensor: String?
}

extension UpdateStatistics {
  /// Of an update that was not made.
  package static let none = UpdateStatistics()
}

/// Changes the parameters of one group that learn.
///
/// LaProp (Ziyin et al. 2020, arXiv:2002.04839) as the reference orders it: a tensor's gradient is
/// clipped to a part of the tensor's norm (Brock et al. 2021, arXiv:2102.06171, on whole tensors),
/// divided by its running root mean square, and then averaged. Adam averages first.
package final class Optimizer: Sendable {
  package let configuration: OptimizerConfiguration
  private let store: ParameterStore
  /// The group's tensors, frozen or not.
  private let trained: [Member]
  /// Those that learn.
  private let learning: [Member]
  private let variances: Storage
  private let momenta: Storage
  /// Two sums of squares for each tensor that learns: of the step and of the new weights.
  private let sums: Storage

  package init(
    _ configuration: OptimizerConfiguration, store: ParameterStore,
    group: String = ParameterStore.mainGroup
  ) {
    self.configuration = configuration
    self.store = store
    var size = 0
    trained = store.trained.filter { $0.group == group }.map { entry in
      // On cache lines of their own, as the parameters.
      defer { size += (entry.parameter.count + 15) & ~15 }
      return Member(entry: entry, start: size)
    }
    learning = trained.filter { !$0.entry.isFrozen }
    variances = Storage(count: size)
    momenta = Storage(count: size)
    sums = Storage(count: 2 * learning.count)
  }

  /// A tensor of the group.
  private struct Member: Sendable {
    let entry: ParameterStore.Entry
    /// Where its averages begin.
    let start: Int

    func part(of averages: Storage) -> Region {
      averages.region.slice(start, count: entry.parameter.count)
    }
  }

  /// Makes update `n` (counted from 1).
  ///
  /// Where a tensor's gradient is infinite or not a number nothing is changed, and the result says
  /// which one.
  ///
  /// - Parameter sum: of all shards' gradients.
  package func update(_ n: Int, gradients sum: GradientSum, pool: WorkerPool) -> UpdateStatistics {
    if let bad = learning.first(where: { !sum.squares(of: $0.entry).isFinite }) {
      var statistics = statistics(sum)
      statistics.badTensor = bad.entry.name
      return statistics
    }
    let (step, sums) = (makeStep(n), sums.region)
    pool.run(units: learning.count) { [self] unit in
      let member = learning[unit]
      let squares = apply(step, to: member, gradient: sum.part(of: member.entry))
      sums[2 * unit] = Float(squares.step)
      sums[2 * unit + 1] = Float(squares.weights)
    }
    return statistics(sum)
  }

  /// Changes one tensor; returns the sums of squares of the step and of the new weights.
  private func apply(
    _ step: OptimizerStep, to member: Member, gradient: Region
  ) -> (step: Double, weights: Double) {
    let weights = store[member.entry]
    var step = step
    step.clip = clip(gradientNorm: gradient.sumOfSquares.squareRoot(), weights: weights)
    if !member.entry.name.hasSuffix("/kernel") { step.decay = 0 }
    let moved = step.apply(
      weights: weights, gradient: gradient, variance: member.part(of: variances),
      momentum: member.part(of: momenta))
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

  private func statistics(_ sum: GradientSum) -> UpdateStatistics {
    var totals = (gradient: 0.0, step: 0.0, weights: 0.0)
    for (unit, member) in learning.enumerated() {
      totals.gradient += Double(sum.squares(of: member.entry))
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
  package var state: [(name: String, shape: [Int], values: Region)] {
    trained.flatMap { member in
      let entry = member.entry
      return [
        ("\(entry.name)/variance", entry.shape, member.part(of: variances)),
        ("\(entry.name)/momentum", entry.shape, member.part(of: momenta)),
      ]
    }
  }
}
