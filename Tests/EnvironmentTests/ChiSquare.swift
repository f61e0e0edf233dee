/// `Σ (count - mean)² / mean`: how far counts are from uniform (Pearson 1900).
func chiSquare(_ counts: [Int]) -> Double {
  let mean = Double(counts.reduce(0, +)) / Double(counts.count)
  return counts.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
}

/// What the statistic of uniform draws exceeds with probability 0.001.
enum ChiSquareBound {
  static let degrees3 = 16.27
  static let degrees9 = 27.88
  static let degrees14 = 36.12
}
