/// What use a model makes of its latents, over some rows.
package struct LatentUsage: Sendable, Equatable {
  /// How much each latent's distribution depends on what is seen: the variance of its mean over the
  /// rows. 0 for a latent that is always the same.
  package let activity: [Float]
  /// Nil of latents that have no codes.
  package let codes: Codes?

  /// What latents that choose from codes mean.
  package struct Codes: Sendable, Equatable {
    /// How often each code of each latent is meant.
    package let marginals: [Float]
    /// How many codes a latent means, as if all equally often: the mean over the latents.
    package let perplexity: Float
    /// The share of codes that are hardly ever meant.
    package let deadShare: Float

    package init(marginals: [Float], perplexity: Float, deadShare: Float) {
      self.marginals = marginals
      (self.perplexity, self.deadShare) = (perplexity, deadShare)
    }
  }

  package init(activity: [Float], codes: Codes?) {
    (self.activity, self.codes) = (activity, codes)
  }

  /// Latents that depend on what is seen: those with an activity over 0.01 (Burda et al. 2016,
  /// arXiv:1509.00519v4, section 5.2: the variance of a latent's mean; that of a one-hot latent is the
  /// vector of its probabilities).
  package var activeCount: Int { activity.count { $0 > 0.01 } }

  /// The mean and the variance of each column of `[rows, width]`.
  static func moments(_ rows: [Float], width: Int) -> (means: [Double], variances: [Double]) {
    precondition(
      width > 0 && !rows.isEmpty && rows.count % width == 0,
      "\(rows.count) numbers in rows of \(width)")
    var (sums, squares) = (
      [Double](repeating: 0, count: width), [Double](repeating: 0, count: width)
    )
    for (index, value) in rows.enumerated() {
      sums[index % width] += Double(value)
      squares[index % width] += Double(value) * Double(value)
    }
    let count = Double(rows.count / width)
    let means = sums.map { $0 / count }
    return (means, zip(squares, means).map { max(0, $0 / count - $1 * $1) })
  }
}
