import Randomness

extension EvaluationResult {
  /// The mean of the middle half of the returns: a quarter, rounded down, is left out at each end
  /// (Agarwal et al. 2021, arXiv:2108.13264, section 4.3).
  public var interquartileMean: Double { BootstrapSample(of: returns).middleMean }

  /// How far the statistics would be off with other episodes: 95 % intervals of the percentile
  /// bootstrap (Efron 1979), from 2000 draws of as many episodes, with replacement; of the success
  /// rate, Wilson's.
  ///
  /// - Parameter seed: of the draws; the same gives the same intervals.
  public func intervals(seed: Int) -> EvaluationIntervals {
    let key = Key(seed: UInt64(bitPattern: Int64(seed))).fold("bootstrap")
    let known = successes.count { $0 != nil }
    var intervals = EvaluationIntervals()
    intervals.successRate = successRate.map { EvaluationIntervals.wilson(share: $0, of: known) }
    // A single episode does not tell how far others would be from it.
    guard returns.count > 1 else { return intervals }
    let found = Self.bootstrap(returns, [\.mean, \.middleMean], key: key)
    (intervals.mean, intervals.interquartileMean) = (found[0], found[1])
    return intervals
  }

  private static func bootstrap(
    _ values: [Double], _ statistics: [KeyPath<BootstrapSample, Double>], key: Key
  ) -> [ClosedRange<Double>] {
    var sample = BootstrapSample(of: values)
    var found = statistics.map { _ in [Double]() }
    for draw in 0..<2000 {
      sample.draw(key: key.fold(draw))
      for (index, statistic) in statistics.enumerated() {
        found[index].append(sample[keyPath: statistic])
      }
    }
    return found.map { values in
      let sorted = values.sorted()
      return quantile(of: sorted, 0.025)...quantile(of: sorted, 0.975)
    }
  }

  /// The quantile of ascending values, linear between neighbours.
  private static func quantile(of sorted: [Double], _ share: Double) -> Double {
    let position = share * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }
}

/// Intervals that hold what is estimated in 95 of 100 cases.
public struct EvaluationIntervals: Sendable, Equatable {
  /// Of the mean return; nil with fewer than two episodes.
  public var mean: ClosedRange<Double>?
  /// Of the mean of the middle half of the returns; nil with fewer than two episodes.
  public var interquartileMean: ClosedRange<Double>?
  /// Nil where the world defines no success.
  public var successRate: ClosedRange<Double>?

  /// The interval of a share, which has a width where all or none succeeded too (Wilson 1927, Journal of
  /// the American Statistical Association 22, 209–212).
  ///
  /// - Parameters:
  ///   - share: of `count` that succeeded; what is beyond 0 to 1 counts as its end.
  ///   - count: at least 1.
  public static func wilson(share: Double, of count: Int) -> ClosedRange<Double> {
    // The 97.5 % quantile of the normal distribution.
    let (normal, count) = (1.959964, Double(max(count, 1)))
    let share = share.isFinite ? min(max(share, 0), 1) : 0.5
    let square = normal * normal / count
    let centre = (share + square / 2) / (1 + square)
    let reach =
      normal / (1 + square) * (share * (1 - share) / count + square / (4 * count)).squareRoot()
    // At the ends the differences are zero but for rounding.
    return (share == 0 ? 0 : max(centre - reach, 0))...(share == 1 ? 1 : min(centre + reach, 1))
  }
}

/// Values of which each counts so often: at first once.
private struct BootstrapSample {
  /// Ascending.
  private let values: [Double]
  private var counts: [Int]

  init(of values: [Double]) {
    self.values = values.sorted()
    counts = Array(repeating: 1, count: values.count)
  }

  /// Draws as many values as there are, with replacement.
  mutating func draw(key: Key) {
    for index in counts.indices { counts[index] = 0 }
    var generator = Generator(key: key)
    for _ in values { counts[generator.integer(below: values.count)] += 1 }
  }

  var mean: Double { mean(leavingOut: 0) }

  var middleMean: Double { mean(leavingOut: values.count / 4) }

  /// The mean without so many of the smallest and of the largest.
  private func mean(leavingOut margin: Int) -> Double {
    let kept = margin..<(values.count - margin)
    var (rank, sum) = (0, 0.0)
    for (value, count) in zip(values, counts) {
      sum += value * Double((rank..<rank + count).clamped(to: kept).count)
      rank += count
    }
    return sum / Double(max(kept.count, 1))
  }
}
