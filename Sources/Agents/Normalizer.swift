import Foundation

/// Running statistics that bring returns, values or advantages to a common scale (ALGORITHM
/// section 12).
package struct Normalizer: Codable, Sendable, Equatable {
  package internal(set) var configuration: NormalizerConfiguration
  /// `lo` and `hi` of percentiles, or the mean and the mean square.
  package var first: Float = 0
  package var second: Float = 0
  /// The weight that the averages have gathered since their start at zero.
  package var correction: Float = 0

  package init(_ configuration: NormalizerConfiguration) { self.configuration = configuration }

  private var rate: Float { Float(configuration.rate) }

  /// Takes a batch into the averages.
  package mutating func update(_ values: [Float]) {
    switch configuration.impl {
    case "perc":
      let sorted = values.sorted()
      blend(
        percentile(of: sorted, configuration.perclo), percentile(of: sorted, configuration.perchi))
    case "meanstd":
      let count = Double(max(values.count, 1))
      let mean = values.reduce(0.0) { $0 + Double($1) } / count
      let square = values.reduce(0.0) { $0 + Double($1) * Double($1) } / count
      blend(Float(mean), Float(square))
    default: break
    }
  }

  private mutating func blend(_ newFirst: Float, _ newSecond: Float) {
    first = (1 - rate) * first + rate * newFirst
    second = (1 - rate) * second + rate * newSecond
    correction = (1 - rate) * correction + rate
  }

  /// What to subtract and what to divide by. Where nothing varies and no limit is set, that is 1.
  package var statistics: (offset: Float, scale: Float) {
    let (offset, scale) = rawStatistics
    return (offset, scale == 0 ? 1 : scale)
  }

  private var rawStatistics: (offset: Float, scale: Float) {
    let limit = Float(configuration.limit)
    // With a rate of 0 nothing was averaged.
    let share = max(rate, correction)
    let factor = configuration.debias && share > 0 ? 1 / share : 1
    switch configuration.impl {
    case "perc":
      return (first * factor, max(limit, (second - first) * factor))
    case "meanstd":
      let mean = first * factor
      return (mean, max(limit, max(0, second * factor - mean * mean).squareRoot()))
    default:
      return (0, 1)
    }
  }

  /// The names under which the reference stores the averages.
  package var stored: [(name: String, path: WritableKeyPath<Normalizer, Float>)] {
    let names =
      switch configuration.impl {
      case "perc": ["lo", "hi"]
      case "meanstd": ["mean", "sqrs"]
      default: [String]()
      }
    guard !names.isEmpty else { return [] }
    return [(names[0], \.first), (names[1], \.second)]
      + (configuration.debias ? [("corr", \.correction)] : [])
  }
}

/// The percentile of ascending values, linear between neighbours.
///
/// - Parameter percent: 0 to 100.
package func percentile(of sorted: [Float], _ percent: Double) -> Float {
  precondition(!sorted.isEmpty, "a percentile of no values")
  let position = percent / 100 * Double(sorted.count - 1)
  let below = Int(position.rounded(.down))
  let above = min(below + 1, sorted.count - 1)
  let share = Float(position - Double(below))
  return sorted[below] * (1 - share) + sorted[above] * share
}
