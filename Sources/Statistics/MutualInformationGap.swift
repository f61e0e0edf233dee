import Foundation

/// How much more of a factor the best single latent knows than the second best: the mutual
/// information gap (Chen et al. 2018, arXiv:1802.04942, section 4.1), with latents in 20 bins as in
/// Locatello et al. 2019, arXiv:1811.12359.
package struct MutualInformationGap: Sendable, Equatable {
  /// `[D][F]`, nats between a latent's bins and a factor.
  package let information: [[Double]]
  /// `[F]`, nats.
  package let factorEntropies: [Double]
  /// `[F]`, 0 to 1; nil of a factor that does not vary, of which nothing can be known.
  package let gaps: [Double?]
  private let factors: Factors

  package static let bins = 20

  /// - Parameters:
  ///   - latents: `[N, D]`, means of the posteriors.
  ///   - factors: of the same N inputs.
  package init(_ latents: Points, _ factors: Factors, bins: Int = Self.bins) {
    precondition(
      latents.count == factors.count, "\(latents.count) latents of \(factors.count) inputs")
    let binned = binned(latents, bins: bins)
    let entropies = factors.classes.map { entropy(ofCounts: histogram($0)) }
    information = (0..<latents.dimensions).map { latent in
      let column = (0..<latents.count).map { binned[$0 * latents.dimensions + latent] - 1 }
      return factors.classes.map { mutualInformation(column, $0) }
    }
    gaps = factors.classes.indices.map { [information] factor in
      guard factors.classCounts[factor] > 1 else { return nil }
      let known = information.map { $0[factor] }.sorted(by: >) + [0]
      return (known[0] - known[1]) / entropies[factor]
    }
    (self.factors, factorEntropies) = (factors, entropies)
  }

  /// MIG: the mean over the factors that vary; nil where none does.
  package var value: Double? {
    let defined = gaps.compactMap { $0 }
    return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
  }

  /// "mutual information gap 0.60 over 3 factors; 'side' does not vary and is left out".
  package var sentence: String {
    let still = gaps.indices.filter { gaps[$0] == nil }
    guard let value else { return "mutual information gap undefined: no factor varies" }
    let rest =
      still.isEmpty
      ? ""
      : "; \(factors.list(still)) \(still.count == 1 ? "does" : "do") not vary and "
        + "\(still.count == 1 ? "is" : "are") left out"
    return "mutual information gap \(value.formatted(digits: 2)) over "
      + counted(gaps.count - still.count, "factor") + rest
  }
}

/// The bin of each number, 1 to `bins`: equal bins over each column's own range, each with its lower
/// edge, the last with both; `[N, D]`.
///
/// The range of a column that does not vary reaches half a unit to both sides, as NumPy has it.
package func binned(_ points: Points, bins: Int) -> [Int] {
  precondition(bins > 0, "\(bins) bins")
  let edges = (0..<points.dimensions).map { column -> [Double] in
    let values = points.column(column)
    var (low, high) = (values.min() ?? 0, values.max() ?? 0)
    if low == high { (low, high) = (low - 0.5, high + 0.5) }
    return (1..<max(bins, 2)).map { low + (high - low) * Double($0) / Double(bins) }
  }
  return points.values.enumerated().map { index, value in
    edges[index % points.dimensions].prefix(bins - 1).reduce(1) { $1 <= value ? $0 + 1 : $0 }
  }
}

/// How often each number from 0 on occurs.
private func histogram(_ numbers: [Int]) -> [Int] {
  var counts = [Int](repeating: 0, count: (numbers.max() ?? 0) + 1)
  for number in numbers { counts[number] += 1 }
  return counts
}

/// Nats that two columns of numbers from 0 on tell of each other, `H(a) + H(b) − H(a, b)`; at least 0.
package func mutualInformation(_ first: [Int], _ second: [Int]) -> Double {
  precondition(first.count == second.count, "\(first.count) and \(second.count) numbers")
  let width = (second.max() ?? 0) + 1
  let pairs = zip(first, second).map { $0 * width + $1 }
  return max(
    entropy(ofCounts: histogram(first)) + entropy(ofCounts: histogram(second))
      - entropy(ofCounts: histogram(pairs)), 0)
}
