import Randomness

extension Evaluation {
  /// The mean of the middle half of the returns: a quarter, rounded down, is left out at each end
  /// (Agarwal et al. 2021, arXiv:2108.13264, section 4.3).
  public var interquartileMean: Double { BootstrapSample(of: returns).middleMean }

  /// How far the statistics would be off with other episodes: 95 % intervals of the percentile
  /// bootstrap (Efron 1979), from 2000 draws of as many episodes, with replacement.
  ///
  /// - Parameter seed: of the draws; the same gives the same intervals.
  public func intervals(seed: Int) -> EvaluationIntervals {
    let key = Key(seed: UInt64(bitPattern: Int64(seed))).fold("bootstrap")
    let found = Self.bootstrap(returns, [\.mean, \.middleMean], key: key)
    let successes = self.successes.compactMap { $0.map { $0 ? 1.0 : 0 } }
    let rate = successes.isEmpty ? nil : Self.bootstrap(successes, [\.mean], key: key).first
    return EvaluationIntervals(mean: found[0], interquartileMean: found[1], successRate: rate)
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
  public var mean: ClosedRange<Double>
  public var interquartileMean: ClosedRange<Double>
  /// Nil where the world defines no success.
  public var successRate: ClosedRange<Double>?
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
