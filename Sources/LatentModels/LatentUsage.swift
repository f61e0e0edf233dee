import Foundation

/// What use a model makes of its categorical latents, over some rows.
public struct LatentUsage: Sendable, Equatable {
  /// How much each latent's distribution depends on what is seen: the sum over its classes of the
  /// variance of their probabilities over the rows. 0 for a latent that is always the same, at most
  /// `1 - 1/C`.
  public let activity: [Float]
  /// `[S · C]`: the mean probability of each class.
  public let marginals: [Float]
  /// C.
  public let classes: Int

  /// - Parameters:
  ///   - probabilities: `[rows, S · C]`, of the posterior.
  ///   - latents: S.
  public init(probabilities: [Float], latents: Int, classes: Int) {
    let width = latents * classes
    precondition(
      width > 0 && !probabilities.isEmpty && probabilities.count % width == 0,
      "\(probabilities.count) probabilities of \(latents) latents of \(classes) classes")
    var (sums, squares) = (
      [Double](repeating: 0, count: width), [Double](repeating: 0, count: width)
    )
    for (index, value) in probabilities.enumerated() {
      sums[index % width] += Double(value)
      squares[index % width] += Double(value) * Double(value)
    }
    let rows = Double(probabilities.count / width)
    let means = sums.map { $0 / rows }
    let variances = zip(squares, means).map { max(0, $0 / rows - $1 * $1) }
    activity = (0..<latents).map { latent in
      Float(variances[latent * classes..<(latent + 1) * classes].reduce(0, +))
    }
    marginals = means.map(Float.init)
    self.classes = classes
  }

  /// Latents that depend on what is seen: those with an activity over 0.01 (Burda et al. 2016,
  /// arXiv:1509.00519v4, section 5.2, whose latents are normal: the variance of a latent's mean; that
  /// of a one-hot latent is the vector of its probabilities).
  public var activeCount: Int { activity.count { $0 > 0.01 } }

  /// The perplexity of each latent's code, `exp(-Σ p̄ ln p̄)` with the mean probabilities `p̄`: 1 where
  /// one class is always meant, C where all are meant equally often. The mean over the latents.
  public var perplexity: Float {
    let entropies = stride(from: 0, to: marginals.count, by: classes).map { start in
      marginals[start..<start + classes].reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
    }
    return entropies.reduce(0) { $0 + exp($1) } / Float(entropies.count)
  }

  /// The share of classes that are hardly ever meant: less than a tenth as often as if all were meant
  /// equally often.
  public var deadShare: Float {
    Float(marginals.count { $0 < 0.1 / Float(classes) }) / Float(marginals.count)
  }
}
