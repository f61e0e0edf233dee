/// How far the aggregate posterior is from a prior, `KL(q(z) ‖ p(z))`: what a decoder has never seen
/// lies in holes that the prior fills and the posteriors do not.
///
/// The mean of `log q(z) − log p(z)` over one draw from each posterior, with the mixture of all N as
/// `q(z)` (Hoffman and Johnson 2016, "ELBO surgery"). N inputs cannot show more than they cover: the
/// true divergence of the data's distribution is lower than this by up to the information that more
/// inputs would add.
package struct AggregateDivergence: Sendable, Equatable {
  /// In nats.
  package let estimate: Estimate

  /// - Parameters:
  ///   - noise: `[N, D]`, standard normal.
  ///   - logPrior: `log p` at a point.
  /// - Throws: ``StatisticsError`` where noise is not finite, or the prior's density is nil or no
  ///   number.
  package init(
    _ posteriors: Gaussians, noise: [Float],
    logPrior: (ArraySlice<Double>) -> Double = standardNormalLogDensity
  ) throws {
    let draws = try posteriors.draws(noise: noise)
    let differences = (0..<draws.count).map {
      posteriors.aggregateLogDensity(draws[$0]) - logPrior(draws[$0])
    }
    guard differences.allSatisfy(\.isFinite) else {
      throw StatisticsError(
        "the prior has no finite density at some draws of the posteriors",
        remedy: "use a prior whose density is above 0 everywhere")
    }
    estimate = Estimate(of: differences)
  }

  /// "aggregate posterior 0.42 ± 0.03 nats from the prior, by 1000 draws".
  package var sentence: String {
    let noise = estimate.standardError
    let draws = counted(estimate.count, "draw")
    if estimate.value <= 2 * noise {
      return "aggregate posterior 0 nats from the prior within noise, by \(draws)"
    }
    return "aggregate posterior \(estimate.value.formatted(digits: 2)) ± "
      + "\(noise.formatted(digits: 2)) nats from the prior, by \(draws)"
  }
}
