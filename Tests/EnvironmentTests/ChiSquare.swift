import Foundation

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

/// Whether two samples of the same size can come from one distribution of whole numbers (Pearson's
/// test of homogeneity).
struct TwoSampleTest {
  /// `Σ (a - b)² / (a + b)` over pooled bins.
  let statistic: Double
  /// Pooled bins, less one.
  let degreesOfFreedom: Int

  /// - Parameters:
  ///   - first: how often each number was drawn.
  ///   - second: the same for the other sample.
  ///
  /// Numbers are pooled with the next larger ones until five draws are expected of each sample. Where
  /// bins end depends on the sum of the samples alone, so it favours neither.
  init(_ first: [Int: Int], _ second: [Int: Int]) {
    var bins: [(first: Int, second: Int)] = []
    var open = (first: 0, second: 0)
    for number in Set(first.keys).union(second.keys).sorted() {
      open.first += first[number] ?? 0
      open.second += second[number] ?? 0
      guard open.first + open.second >= 10 else { continue }
      bins.append(open)
      open = (0, 0)
    }
    if let last = bins.indices.last {
      bins[last].first += open.first
      bins[last].second += open.second
    }
    statistic = bins.reduce(0) { sum, bin in
      let difference = Double(bin.first - bin.second)
      return sum + difference * difference / Double(bin.first + bin.second)
    }
    degreesOfFreedom = max(0, bins.count - 1)
  }

  /// With which probability samples of one distribution differ at least as much; 1 where there is a
  /// single bin.
  var probability: Double {
    degreesOfFreedom == 0
      ? 1 : upperGamma(Double(degreesOfFreedom) / 2, statistic / 2)
  }
}

/// The regularised upper incomplete gamma function `Q(a, x)`: a series for small `x` (DLMF 8.7.1), a
/// continued fraction for large (DLMF 8.9.2, evaluated from its 300th term back).
func upperGamma(_ a: Double, _ x: Double) -> Double {
  guard x > 0 else { return 1 }
  let factor = exp(a * log(x) - x - lgamma(a))
  guard x < a + 1 else {
    let fraction = stride(from: 300.0, to: 0, by: -1).reduce(0) { rest, k in
      k * (a - k) / (x - a + 2 * k + 1 + rest)
    }
    return factor / (x - a + 1 + fraction)
  }
  var (term, sum, n) = (1 / a, 1 / a, a)
  while term > sum * 1e-16 {
    n += 1
    term *= x / n
    sum += term
  }
  return 1 - factor * sum
}
