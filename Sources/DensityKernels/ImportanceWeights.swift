import Foundation
import Kernels

/// Bounds on a log-likelihood from several draws (Burda et al. 2016, arXiv:1509.00519v4, equation 8).
package enum ImportanceWeights {
  /// `bound[i] = ln (1/j) Σ eʷ` over the first j of the k log-weights of each image.
  ///
  /// - Parameters:
  ///   - logWeights: `[images · k]`, those of an image side by side.
  ///   - first: j, of 1 to k.
  ///   - bound: `[images]`, written.
  ///   - shares: `[images · k]`, written: `eʷ / Σ eʷ`, and 0 where a weight has no part.
  package static func bound(
    _ logWeights: Region, samples: Int, first: Int, into bound: Region, shares: Region
  ) {
    precondition(
      1...max(samples, 1) ~= first && logWeights.count == bound.count * samples
        && shares.count == logWeights.count,
      "the first \(first) of \(samples) weights: \(logWeights.count) for \(bound.count) bounds")
    shares.fill(0)
    for image in 0..<bound.count {
      let (weight, share) = (logWeights.base + image * samples, shares.base + image * samples)
      let largest = (0..<first).reduce(-Float.infinity) { max($0, weight[$1]) }
      var sum = 0.0
      for draw in 0..<first {
        share[draw] = exp(weight[draw] - largest)
        sum += Double(share[draw])
      }
      bound.base[image] = largest + Float(log(sum / Double(first)))
      for draw in 0..<first { share[draw] *= Float(1 / sum) }
    }
  }

  /// How many equal weights would be as good: `1 / Σ w̃²` of each image (Kong 1992).
  ///
  /// - Parameter shares: `[images · k]`, as ``bound(_:samples:first:into:shares:)`` writes them.
  package static func effectiveSamples(_ shares: Region, samples: Int) -> [Float] {
    precondition(
      samples > 0 && shares.count % samples == 0, "\(shares.count) weights, \(samples) an image")
    return (0..<shares.count / samples).map {
      Float(1 / shares.rows($0..<$0 + 1, columns: samples).sumOfSquares)
    }
  }
}

extension Rows {
  /// Each row of x so many times, one after the other.
  ///
  /// - Parameters:
  ///   - x: `[rows, columns]`.
  ///   - y: `[rows · times, columns]`.
  package static func copy(_ x: Matrix, times: Int, into y: Matrix) {
    check(x, times, y)
    for row in 0..<y.rows {
      (y.region.base + row * y.stride).update(
        from: x.region.base + row / times * x.stride, count: x.columns)
    }
  }

  /// Adds to each row of x the rows of y that are copies of it.
  package static func addCopies(_ y: Matrix, times: Int, to x: Matrix) {
    check(x, times, y)
    for row in 0..<y.rows {
      kernels.add(
        y.region.base + row * y.stride, x.region.base + row / times * x.stride, x.columns)
    }
  }

  private static func check(_ x: Matrix, _ times: Int, _ y: Matrix) {
    precondition(
      times > 0 && y.rows == x.rows * times && y.columns == x.columns,
      "\(x.rows)×\(x.columns) numbers \(times) times into \(y.rows)×\(y.columns)")
  }
}
