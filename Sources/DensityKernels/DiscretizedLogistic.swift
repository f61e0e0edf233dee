import Foundation
import Kernels

/// Logistic distributions over numbers in [-1, 1] that stand on a grid, one for each number (Kingma et al.
/// 2016, arXiv:1606.04934, appendix; ``LogisticMixture`` says how a cell is computed).
package struct DiscretizedLogistic: Sendable, Equatable {
  /// Values that a number can have: 256 of a byte.
  package let levels: Int
  /// The smallest logarithm of a scale; there is no gradient below it.
  package let floor: Float

  package init(levels: Int, floor: Float) {
    precondition(levels >= 2, "\(levels) levels")
    (self.levels, self.floor) = (levels, floor)
  }

  /// The log-probability of each row's grid cells, in nats, summed over its columns.
  ///
  /// - Parameters:
  ///   - parameters: `[rows, columns]` each.
  ///   - value: `[rows, columns]`.
  ///   - result: `[rows]`, written.
  package func logProbability(_ parameters: Parameters, value: Region, into result: Region) {
    let width = columns(parameters.mean, value, rows: result)
    for row in 0..<result.count {
      var sum: Float = 0
      for index in row * width..<(row + 1) * width {
        sum += cell(parameters, value, index).logProbability
      }
      result.base[row] = sum
    }
  }

  /// Adds what a gradient at the log-probability is at the parameters; an empty one is not wanted.
  package func pullback(
    _ parameters: Parameters, value: Region, from g: Region, into gradient: Parameters
  ) {
    let width = columns(parameters.mean, value, rows: g)
    precondition(
      gradient.mean.isEmptyOr(value.count) && gradient.logScale.isEmptyOr(value.count))
    for row in 0..<g.count {
      for index in row * width..<(row + 1) * width {
        let slopes = cell(parameters, value, index).slopes
        gradient.mean.accumulate(g.base[row] * slopes.mean, at: index)
        if parameters.logScale.base[index] > floor {
          gradient.logScale.accumulate(g.base[row] * slopes.logScale, at: index)
        }
      }
    }
  }

  /// Draws that lie between the grid's values, clipped to [-1, 1].
  ///
  /// - Parameter places: `[rows, columns]` uniform numbers.
  package func sample(_ parameters: Parameters, places: Region, into value: Region) {
    precondition(places.count == value.count && parameters.mean.count == value.count)
    for index in 0..<value.count {
      let (u, scale) = (places.base[index], exp(max(parameters.logScale.base[index], floor)))
      let x = parameters.mean.base[index] + scale * (log(u) - log1p(-u))
      value.base[index] = min(max(x, -1), 1)
    }
  }

  private func cell(_ parameters: Parameters, _ value: Region, _ index: Int) -> LogisticCell {
    LogisticCell(
      x: value.base[index], mean: parameters.mean.base[index],
      logScale: max(parameters.logScale.base[index], floor), levels: levels)
  }

  /// Means and logarithms of scales, `[rows, columns]` each, or their gradients.
  package struct Parameters: Sendable {
    package let mean: Region
    package let logScale: Region

    package init(mean: Region, logScale: Region) {
      precondition(
        mean.isEmptyOr(logScale.count) || logScale.isEmpty,
        "\(mean.count) means, \(logScale.count) scales")
      (self.mean, self.logScale) = (mean, logScale)
    }
  }
}
