import Foundation

/// How often each of K codes is used, over an epoch: over a batch that is smaller than the codebook,
/// usage says little.
package struct CodeUsage: Sendable, Equatable {
  /// `[K]`.
  package private(set) var counts: [Int]

  package init(codes: Int) {
    precondition(codes > 0, "\(codes) codes")
    counts = Array(repeating: 0, count: codes)
  }

  package init(counts: [Int]) {
    precondition(counts.allSatisfy { $0 >= 0 } && !counts.isEmpty, "no counts of codes")
    self.counts = counts
  }

  /// Counts some more choices.
  ///
  /// - Throws: ``StatisticsError`` for a number that no code has.
  package mutating func add(_ codes: some Sequence<Int>) throws {
    for code in codes {
      guard counts.indices.contains(code) else {
        throw StatisticsError(
          "code \(code) was chosen of \(counts.count)", remedy: "give the codebook that was used")
      }
      counts[code] += 1
    }
  }

  package mutating func add(_ other: CodeUsage) {
    precondition(other.counts.count == counts.count, "codebooks of two sizes")
    for index in counts.indices { counts[index] += other.counts[index] }
  }

  /// Choices in all.
  package var choices: Int { counts.reduce(0, +) }

  /// Codes that were chosen at all.
  package var used: Int { counts.count { $0 > 0 } }

  /// The share of the codebook that was never chosen.
  package var deadShare: Double { 1 - Double(used) / Double(counts.count) }

  /// `exp(-Σ p ln p)` (van den Oord et al. 2017, arXiv:1711.00937): how many codes, used equally often,
  /// would be as hard to foresee. 1 to K; 0 where nothing was chosen.
  package var perplexity: Double { choices == 0 ? 0 : exp(entropy(ofCounts: counts)) }

  /// "codes: 31 of 512 used, perplexity 12.4, as if 12 were used equally often".
  package var sentence: String {
    guard choices > 0 else { return "codes: none of \(counts.count) used, for none was chosen" }
    let evenly = Int(perplexity.rounded())
    let few =
      choices < counts.count ? "; \(counted(choices, "choice")) cannot use all of them" : ""
    return "codes: \(used) of \(counts.count) used, perplexity \(perplexity.formatted(digits: 1)), "
      + "as if \(evenly) \(evenly == 1 ? "was always used" : "were used equally often")\(few)"
  }
}
