import Kernels

/// How the divergence between posterior and prior becomes a loss.
///
/// The divergence trains two networks at different rates: the prior follows the posterior
/// (dynamics), and the posterior stays near what the prior can predict (representation). Free bits
/// leave a divergence below some nats alone (Kingma et al. 2016, arXiv:1606.04934).
///
/// - DreamerV3 (ALGORITHM section 5): each term is `max(free, KL)` for each row, and has a scale of
///   its own.
/// - DreamerV2 (Hafner et al. 2021, arXiv:2010.02193, "KL balancing"; ALGORITHM section 16):
///   `α·max(free, mean KL(sg(q) ‖ p)) + (1 - α)·max(free, mean KL(q ‖ sg(p)))`, where `α = balance`.
package struct KLBalancing: Sendable, Equatable {
  /// Nats below which a term has no gradient.
  package var freeNats: Float
  /// DreamerV2's `α`, in (0, 1); nil for DreamerV3's separate scales.
  package var balance: Float?
  /// Whether the free nats are taken from the mean over the batch instead of from each row.
  package var freesAverage: Bool

  package init(freeNats: Float, balance: Float? = nil, freesAverage: Bool = false) {
    self.freeNats = freeNats
    self.balance = balance
    self.freesAverage = freesAverage
  }

  /// What the terms count in the total.
  ///
  /// - Parameters:
  ///   - dynamics, representation: the configured scales. With a balance, the dynamics' scale is
  ///     that of both together, and the representation's is not used.
  package func scales(
    dynamics: Float, representation: Float
  ) -> (dynamics: Float, representation: Float) {
    guard let balance else { return (dynamics, representation) }
    return (dynamics * balance, dynamics * (1 - balance))
  }

  /// How many rows have a divergence that has no gradient: the free bits hold.
  ///
  /// - Parameters: as for ``apply(to:batchMean:weight:loss:gradient:)``.
  package func freeCount(of divergence: Region, batchMean: Float) -> Int {
    if freeNats <= 0 { return 0 }
    if freesAverage { return batchMean <= freeNats ? divergence.count : 0 }
    return divergence.countAtMost(freeNats)
  }

  /// One term: from divergences to losses and the gradient of their weighted sum.
  ///
  /// - Parameters:
  ///   - divergence: `[rows]`, in nats.
  ///   - batchMean: the mean divergence over the whole batch, of which these rows may be a part.
  ///   - weight: of each row in the total.
  ///   - loss: `[rows]`, written.
  ///   - gradient: `[rows]`, written.
  package func apply(
    to divergence: Region, batchMean: Float, weight: Float, loss: Region, gradient: Region
  ) {
    // Without free nats there is no floor: rounding makes divergences near zero negative.
    let bound = freeNats > 0 ? freeNats : -.infinity
    if freesAverage {
      loss.fill(max(bound, batchMean))
      gradient.fill(batchMean > bound ? weight : 0)
    } else {
      divergence.floor(at: bound, weight: weight, into: loss, gradient: gradient)
    }
  }
}
