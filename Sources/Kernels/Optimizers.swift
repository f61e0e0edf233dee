/// What one optimiser step on one tensor needs. See `NeuralNetworks/Optimizer.swift`.
package struct OptimizerStep: Sendable {
  package enum Rule: Sendable { case laprop, adam }

  package var rule: Rule
  /// Factor on the gradient: what clipping leaves of it.
  package var clip: Float
  package var beta1: Float
  package var beta2: Float
  /// `1 - beta1ⁿ`, `1 - beta2ⁿ`.
  package var correction1: Float
  package var correction2: Float
  package var epsilon: Float
  package var rate: Float
  package var decay: Float
  package var usesMomentum: Bool
  package var isNesterov: Bool

  package init(
    rule: Rule, clip: Float, beta1: Float, beta2: Float, correction1: Float, correction2: Float,
    epsilon: Float, rate: Float, decay: Float, usesMomentum: Bool, isNesterov: Bool
  ) {
    self.rule = rule
    self.clip = clip
    self.beta1 = beta1
    self.beta2 = beta2
    self.correction1 = correction1
    self.correction2 = correction2
    self.epsilon = epsilon
    self.rate = rate
    self.decay = decay
    self.usesMomentum = usesMomentum
    self.isNesterov = isNesterov
  }

  /// Steps in place and returns the sum of squares of the step.
  ///
  /// - Parameters:
  ///   - weights, gradient: the tensor.
  ///   - variance, momentum: its running averages, zero before the first step.
  package func apply(
    weights: Region, gradient: Region, variance: Region, momentum: Region
  ) -> Double {
    let count = weights.count
    precondition(
      gradient.count == count && variance.count == count && momentum.count == count,
      "optimiser state of \(variance.count) floats for \(count)")
    switch rule {
    case .laprop:
      return kernels.laprop(
        weights.base, gradient.base, variance.base, momentum.base, count, clip, beta1, beta2,
        correction1, correction2, epsilon, rate, decay, usesMomentum ? 1 : 0, isNesterov ? 1 : 0)
    case .adam:
      return kernels.adam(
        weights.base, gradient.base, variance.base, momentum.base, count, clip, beta1, beta2,
        correction1, correction2, epsilon, rate, decay)
    }
  }
}
