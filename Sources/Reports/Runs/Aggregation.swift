import Evaluation
import Foundation

/// Means over stretches of steps, and over seeds.
package enum Aggregation {
  /// The mean of each stretch of one run.
  struct Stretch {
    let index: Int
    let mean: Double
    let count: Int
    /// The standard deviation of the mean, as the values' scatter tells it; 0 of a single value.
    let error: Double
  }

  /// - Parameter width: steps of a stretch.
  static func stretches(_ samples: [RunRecord.Sample], width: Double) -> [Stretch] {
    var parts: [Int: [Double]] = [:]
    for sample in samples where sample.value.isFinite {
      parts[Int(Double(max(sample.step - 1, 0)) / width), default: []].append(sample.value)
    }
    return parts.sorted { $0.key < $1.key }.map { index, values in
      Stretch(
        index: index, mean: mean(values), count: values.count,
        error: deviation(values) / Double(values.count).squareRoot())
    }
  }

  /// Values of a stretch from which on its mean has an interval.
  private static let fewest = 5

  /// A curve of the means over runs. With one run the interval is of the mean over a stretch, with
  /// several it is of the mean over runs; both hold the mean with 95 %.
  ///
  /// - Parameters:
  ///   - runs: the samples of each.
  ///   - lastStep: of all that are compared.
  ///   - stretchCount: how many stretches that is cut into.
  ///   - areSuccesses: whether samples are 0 or 1. Intervals are then Wilson's for all samples of a
  ///     stretch, which have a width where all are alike, or wider, as several runs tell.
  package static func curve(
    _ runs: [[RunRecord.Sample]], lastStep: Int, stretchCount: Int, areSuccesses: Bool = false
  ) -> [CurveChart.Point] {
    let width = max(Double(lastStep) / Double(stretchCount), 1)
    var parts: [Int: [Stretch]] = [:]
    for run in runs {
      for stretch in stretches(run, width: width) {
        parts[stretch.index, default: []].append(stretch)
      }
    }
    return parts.sorted { $0.key < $1.key }.map { index, stretches in
      let centre = mean(stretches.map(\.mean))
      let reach = reach(of: stretches, isOneRun: runs.count == 1)
      var interval = reach.map { centre - $0...centre + $0 }
      if areSuccesses, let seeds = interval {
        interval = widened(seeds.clamped(to: 0...1), stretches)
      }
      return CurveChart.Point(
        x: (Double(index) + 0.5) * width, y: centre, interval: interval)
    }
  }

  /// Half of an interval's width by Student's distribution; nil where there is too little to tell.
  private static func reach(of stretches: [Stretch], isOneRun: Bool) -> Double? {
    if stretches.count > 1 {
      return quantile(degrees: stretches.count - 1) * deviation(stretches.map(\.mean))
        / Double(stretches.count).squareRoot()
    }
    guard isOneRun, stretches[0].count >= fewest else { return nil }
    return quantile(degrees: stretches[0].count - 1) * stretches[0].error
  }

  /// The interval that several runs tell of a share, at least as wide as that of all their episodes;
  /// of one run, the latter.
  private static func widened(
    _ seeds: ClosedRange<Double>, _ stretches: [Stretch]
  ) -> ClosedRange<Double> {
    let count = stretches.reduce(0) { $0 + $1.count }
    let share = stretches.reduce(0) { $0 + $1.mean * Double($1.count) } / Double(count)
    let all = EvaluationIntervals.wilson(share: share, of: count)
    guard stretches.count > 1 else { return all }
    return min(seeds.lowerBound, all.lowerBound)...max(seeds.upperBound, all.upperBound)
  }

  package static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }

  /// With n - 1 in the denominator; 0 of a single value.
  package static func deviation(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = mean(values)
    let sum = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (sum / Double(values.count - 1)).squareRoot()
  }

  /// The 97.5 % quantile of Student's distribution: what 95 % of draws stay within, on both sides.
  package static func quantile(degrees: Int) -> Double {
    let table = [
      12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
      2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    ]
    if 1...table.count ~= degrees { return table[degrees - 1] }
    // Abramowitz and Stegun, 26.7.5, to the first term.
    let normal = 1.959964
    return normal + (normal * normal * normal + normal) / (4 * Double(degrees))
  }
}
