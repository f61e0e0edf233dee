import Agents
import Foundation
import Pictures

/// The charts of a storyboard, from top to bottom.
enum Chart: String, CaseIterable {
  case reward
  case `continue`
  case value
  case entropy
}

/// The numbers of a rollout as lines.
struct Lines {
  let rollout: Rollout

  /// - Parameter marker: a step to mark.
  func chart(_ chart: Chart, sequence: Int, marker: Int?) -> LineChart {
    var result = LineChart(
      chart == .entropy ? "entropy" : chart.rawValue, series: series(chart, sequence: sequence),
      marker: marker)
    result.range = range(of: chart)
    result.steps = rollout.steps
    return result
  }

  /// A scale that all sequences share; never so small that noise looks like an event.
  private func range(of chart: Chart) -> ClosedRange<Float> {
    if chart == .continue { return 0...1 }
    let all = (0..<rollout.sequences).map {
      LineChart("", series: series(chart, sequence: $0)).bounds
    }
    let low = all.map(\.lowerBound).min() ?? 0
    let high = all.map(\.upperBound).max() ?? 1
    return low...max(high, low + Self.leastSpan)
  }

  /// In units of reward, or nats.
  private static let leastSpan: Float = 0.1

  /// Samples first, so that the truth lies above them.
  private func series(_ chart: Chart, sequence: Int) -> [LineChart.Series] {
    let samples = rollout.imagined.indices.reversed().map { sample in
      LineChart.Series(
        imagined(chart, rollout.imagined[sample], sequence), color: Theme.sample(sample))
    }
    if chart == .entropy {
      return [.init(seenEntropy(rollout.seen.prior, sequence), color: Theme.prior)] + samples
        + [.init(seenEntropy(rollout.seen.posterior, sequence), color: Theme.observed)]
    }
    let seen = known(sequence) { numbers(chart, rollout.seen)[$0] }
    return samples + [
      .init(seen, color: Theme.observed), .init(truth(chart, sequence), color: Theme.truth),
    ]
  }

  /// A line through what is imagined, from the last observed step on.
  private func imagined(_ chart: Chart, _ forecast: Forecast, _ sequence: Int) -> [Float?] {
    let before = [Float?](repeating: nil, count: rollout.observed)
    let end = rollout.dreams ? rollout.steps : rollout.truth.lengths[sequence]
    let values = (0..<max(end - rollout.observed, 0)).map { step -> Float? in
      let row = step * rollout.sequences + sequence
      return chart == .entropy
        ? entropy(forecast.prior, row: row) : numbers(chart, forecast)[row]
    }
    return before + values
  }

  private func numbers(_ chart: Chart, _ forecast: Forecast) -> [Float] {
    switch chart {
    case .reward: forecast.rewards
    case .continue: forecast.continues.map { min($0 / rollout.certainContinue, 1) }
    case .value, .entropy: forecast.values
    }
  }

  private func truth(_ chart: Chart, _ sequence: Int) -> [Float?] {
    let truth = rollout.truth
    return known(sequence) { row in
      switch chart {
      case .reward: truth.rewards[row]
      case .continue: truth.isTerminal[row] ? 0 : 1
      case .value, .entropy: truth.returns[row]
      }
    }
  }

  /// A value for each step that the world made; by its row.
  private func known(_ sequence: Int, _ value: (Int) -> Float?) -> [Float?] {
    (0..<rollout.truth.lengths[sequence]).map { value($0 * rollout.sequences + sequence) }
  }

  private func seenEntropy(_ probabilities: [Float], _ sequence: Int) -> [Float?] {
    known(sequence) { entropy(probabilities, row: $0) }
  }

  /// The entropy of a row's latents, in nats.
  private func entropy(_ probabilities: [Float], row: Int) -> Float {
    let size = rollout.seen.prior.count / (rollout.steps * rollout.sequences)
    return probabilities[row * size..<(row + 1) * size].reduce(0) {
      $1 > 0 ? $0 - $1 * log($1) : $0
    }
  }
}
