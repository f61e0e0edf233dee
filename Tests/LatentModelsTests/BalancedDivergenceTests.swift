import Autodiff
import Distributions
import Foundation
import Kernels
import LatentModels
import TestSupport
import Testing

/// DreamerV2's loss in value and gradient, against a case worked by hand.
///
/// Two rows, one latent of two classes, no uniform share. With posteriors p and priors q
/// ```
/// row 1: p = (1/4, 3/4), q = (1/2, 1/2)   KL = 1/4 ln 1/2 + 3/4 ln 3/2 = 0.1308120
/// row 2: p = (1/2, 1/2), q = (4/5, 1/5)   KL = 1/2 ln 5/8 + 1/2 ln 5/2 = 0.2231436
/// ```
/// whose mean is 0.1769778. With the softmax s of logits l,
/// ```
/// ∂KL/∂(prior's l) = q - p                     (-0 + 1/4, -1/4), (3/10, -3/10)
/// ∂KL/∂(posterior's l) = p (ln p/q - KL)       ∓0.2059898,       ∓0.3465736
/// ```
/// For row 1, `p₁ (ln 1/2 - KL) = 1/4 (-0.6931472 - 0.1308120) = -0.2059898`; for row 2,
/// `1/2 (ln 5/8 - KL) = 1/2 (-0.4700036 - 0.2231436) = -0.3465736`. The loss is
/// `α·mean KL(sg(p) ‖ q) + (1 - α)·mean KL(p ‖ sg(q))`: with α = 0.8 the prior's gradients count
/// 0.4 and the posterior's 0.1 a row.
@Suite("DreamerV2's balanced divergence")
struct BalancedDivergenceTests {
  private func run(free: Float) -> (total: Float, posterior: [Float], prior: [Float]) {
    let fixture = TapeFixture()
    let tape = fixture.tape
    func distribution(_ logits: [Double]) -> CategoricalDistribution {
      CategoricalDistribution(
        logits: fixture.tracked(logits.map { Float($0) }, rows: 2), classes: 2, mix: 0, tape)
    }
    let posterior = distribution([0, log(3), 0, 0])
    let prior = distribution([0, 0, log(4), 0])
    let terms = posterior.divergence(from: prior, tape)
    let balancing = KLBalancing(freeNats: free, balance: 0.8, freesAverage: true)
    let scales = balancing.scales(dynamics: 1, representation: 0.1)
    let mean = Float(terms.trainingSecond.values.sum / 2)
    var total: Float = 0
    for (term, scale) in [
      (terms.trainingSecond, scales.dynamics), (terms.trainingFirst, scales.representation),
    ] {
      let loss = keptRegion(count: 2)
      balancing.apply(
        to: term.values, batchMean: mean, weight: scale / 2, loss: loss,
        gradient: term.gradient)
      total += scale * Float(loss.sum / 2)
    }
    tape.backward()
    return (total, posterior.logits.gradient.array, prior.logits.gradient.array)
  }

  @Test("value and gradient with balance 0.8")
  func balanced() {
    let result = run(free: 0)
    #expect(abs(result.total - 0.1769778) < 1e-6)
    #expect(largestError(result.prior, [0.1, -0.1, 0.12, -0.12]) < 1e-6)
    #expect(
      largestError(result.posterior, [-0.0205990, 0.0205990, -0.0346574, 0.0346574]) < 1e-6)
  }

  @Test("free nats on the average: below it nothing changes, above it there is no gradient")
  func free() {
    #expect(run(free: 0.15).prior == run(free: 0).prior)
    #expect(abs(run(free: 0.15).total - 0.1769778) < 1e-6)
    let floored = run(free: 0.2)
    #expect(abs(floored.total - 0.2) < 1e-6)
    #expect(floored.prior.allSatisfy { $0 == 0 } && floored.posterior.allSatisfy { $0 == 0 })
  }
}
