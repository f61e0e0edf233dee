/// A tree of thresholds that splits rows where the squared error of their residuals falls most, with a
/// Newton step of the log-likelihood in each leaf: Friedman 2001, equation 34.
struct RegressionTree: Sendable {
  private indirect enum Node: Sendable {
    case leaf(Double)
    case split(feature: Int, threshold: Double, below: Node, above: Node)
  }

  private let root: Node

  /// - Parameters:
  ///   - residuals: `[N]`, `1[class] − p`.
  ///   - classes: K, of the leaf's step `(K − 1) / K · Σ r / Σ |r| (1 − |r|)`.
  ///   - preferred: which feature comes first where several split equally well.
  ///   - gains: `[F]`, to which each split adds the squared error that it takes away.
  init(
    _ columns: SortedColumns, residuals: [Double], depth: Int, classes: Int, preferred: Int,
    gains: inout [Double]
  ) {
    var grower = Grower(
      columns: columns, residuals: residuals, classes: classes, preferred: preferred, gains: gains)
    root = grower.grow(columns.order, depth: depth)
    gains = grower.gains
  }

  /// What the tree adds to a row's score.
  func value(_ row: ArraySlice<Double>) -> Double {
    var node = root
    while true {
      switch node {
      case .leaf(let value): return value
      case .split(let feature, let threshold, let below, let above):
        node = row[row.startIndex + feature] <= threshold ? below : above
      }
    }
  }

  private struct Grower {
    let columns: SortedColumns
    let residuals: [Double]
    let classes: Int
    let preferred: Int
    var gains: [Double]

    /// - Parameter order: for each feature, a node's rows in ascending order.
    mutating func grow(_ order: [[Int]], depth: Int) -> Node {
      guard depth > 0, let split = bestSplit(order) else { return .leaf(step(order[0])) }
      gains[split.feature] += split.gain
      let values = columns.values[split.feature]
      let below = order.map { $0.filter { values[$0] <= split.threshold } }
      let above = order.map { $0.filter { values[$0] > split.threshold } }
      return .split(
        feature: split.feature, threshold: split.threshold,
        below: grow(below, depth: depth - 1), above: grow(above, depth: depth - 1))
    }

    /// The leaf's Newton step.
    private func step(_ rows: [Int]) -> Double {
      var (sum, curvature) = (0.0, 0.0)
      for row in rows {
        let residual = residuals[row]
        sum += residual
        curvature += abs(residual) * (1 - abs(residual))
      }
      let share = Double(classes - 1) / Double(classes)
      return abs(curvature) < 1e-150 ? 0 : share * sum / curvature
    }

    /// The split between two neighbouring values that takes most squared error away, half way between
    /// them; nil where the residuals are all alike, or no feature varies.
    private func bestSplit(_ order: [[Int]]) -> (feature: Int, threshold: Double, gain: Double)? {
      let rows = order[0]
      var (sum, squares) = (0.0, 0.0)
      for row in rows {
        sum += residuals[row]
        squares += residuals[row] * residuals[row]
      }
      let count = Double(rows.count)
      guard squares / count - (sum / count) * (sum / count) > 1e-15 else { return nil }
      var best: (feature: Int, threshold: Double, gain: Double)?
      for turn in order.indices {
        let feature = (preferred + turn) % order.count
        guard let split = split(order[feature], by: columns.values[feature], sum: sum) else {
          continue
        }
        // Sums in another order differ by rounding, which is to decide nothing.
        if split.gain > (best?.gain ?? 0) * (1 + 1e-10) {
          best = (feature, split.threshold, split.gain)
        }
      }
      return best
    }

    /// The best split by one feature.
    private func split(
      _ rows: [Int], by values: [Double], sum: Double
    ) -> (threshold: Double, gain: Double)? {
      let count = Double(rows.count)
      var (left, below) = (0.0, 0.0)
      var best: (place: Int, gain: Double)?
      for place in 0..<max(rows.count - 1, 0) {
        left += residuals[rows[place]]
        below += 1
        let isGap = values[rows[place &+ 1]] - values[rows[place]] > 1e-7
        guard isGap else { continue }
        let (mean, other) = (left / below, (sum - left) / (count - below))
        let gain = below * (count - below) / count * (mean - other) * (mean - other)
        if gain > best?.gain ?? 0 { best = (place, gain) }
      }
      return best.map { place, gain in
        (0.5 * (values[rows[place]] + values[rows[place + 1]]), gain)
      }
    }
  }
}
