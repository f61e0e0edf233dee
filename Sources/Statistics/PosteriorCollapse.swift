/// Which dimensions of a latent carry something, by two criteria that may disagree: a KL divergence
/// can come from variances alone, that all inputs share.
package struct PosteriorCollapse: Sendable, Equatable {
  /// `[D]`, nats: the mean over the inputs of each dimension's KL divergence from the prior.
  package let divergences: [Double]
  /// `[D]`: the variance over the inputs, over N − 1, of the posterior's mean.
  package let meanVariances: [Double]
  /// Nats; nil where it was not estimated.
  package let mutualInformation: MutualInformation?
  /// N.
  package let inputs: Int

  /// Nats from which on a dimension carries something (Vahdat and Kautz 2020, arXiv:2007.03898, NVAE,
  /// whose code counts units with more).
  package static let divergenceThreshold = 0.1
  /// The variance of posterior means from which on a unit is active (Burda et al. 2016,
  /// arXiv:1509.00519v4, section 5.2).
  package static let activityThreshold = 0.01

  /// - Parameters:
  ///   - divergences: `[D]`, nats, each a mean over the inputs.
  ///   - means: `[N, D]`, of the posteriors.
  /// - Throws: ``StatisticsError`` where a divergence is not finite.
  package init(
    divergences: [Double], means: Points, mutualInformation: MutualInformation? = nil
  ) throws {
    precondition(
      divergences.count == means.dimensions,
      "\(divergences.count) divergences for \(means.dimensions) dimensions")
    self.divergences = try Points(
      divergences, dimensions: divergences.count, name: "the KL divergences"
    ).values
    (meanVariances, inputs) = (means.variances, means.count)
    self.mutualInformation = mutualInformation
  }

  /// All that normal posteriors tell, with the standard normal distribution as prior.
  package init(_ posteriors: Gaussians, mutualInformation: MutualInformation?) throws {
    try self.init(
      divergences: posteriors.divergencesFromStandardNormal, means: posteriors.means,
      mutualInformation: mutualInformation)
  }

  /// Dimensions with more than 0.1 nats.
  package var carrying: Int { divergences.count { $0 > Self.divergenceThreshold } }

  /// The numbers of the other dimensions, which are dead.
  package var dead: [Int] {
    divergences.indices.filter { !(divergences[$0] > Self.divergenceThreshold) }
  }

  /// Burda's active units.
  package var activeUnits: Int { meanVariances.count { $0 > Self.activityThreshold } }

  /// `KL(q(z) ‖ p(z))`, nats: what is left of the rate when the mutual information is taken off
  /// (Hoffman and Johnson 2016, "ELBO surgery", equation 6).
  ///
  /// - Parameter rate: the mean over the inputs of `KL(q(z|x) ‖ p(z))`, nats.
  package func aggregateDivergence(rate: Double) -> Double? {
    mutualInformation.map { rate - $0.estimate.value }
  }

  /// "of 9.17 nats 3.60 tell the inputs apart; 5.58 are the aggregate posterior's distance from the
  /// prior"; nil where the mutual information was not estimated.
  package func rateSentence(rate: Double) -> String? {
    guard let mutualInformation, let distance = aggregateDivergence(rate: rate) else { return nil }
    return "of \(rate.formatted(digits: 2)) nats "
      + "\(mutualInformation.estimate.value.formatted(digits: 2)) tell the inputs apart; "
      + "\(distance.formatted(digits: 2)) are the aggregate posterior's distance from the prior"
  }

  /// "9 of 16 dimensions carry more than 0.1 nats; 7 are dead", and what else there is to say.
  package var sentences: [String] { [carryingSentence, activitySentence] + informationSentence }

  package var carryingSentence: String {
    let (all, dead) = (divergences.count, dead.count)
    if carrying == 0 {
      return "none of \(counted(all, "dimension")) carries more than 0.1 nats: "
        + "the posterior has collapsed onto the prior"
    }
    let verb = carrying == 1 ? "carries" : "carry"
    let rest = dead == 0 ? "none is dead" : "\(dead) \(dead == 1 ? "is" : "are") dead"
    return "\(carrying) of \(counted(all, "dimension")) \(verb) more than 0.1 nats; \(rest)"
  }

  package var activitySentence: String {
    guard inputs > 1 else { return "active units unknown: a single input cannot tell" }
    return "\(activeUnits) of \(divergences.count) posterior means vary by more than 0.01 over "
      + "\(counted(inputs, "input")) (active units)"
  }

  private var informationSentence: [String] { mutualInformation.map { [$0.sentence] } ?? [] }
}
