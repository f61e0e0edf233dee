import Foundation

/// Small regression trees that correct each other until they tell classes apart: gradient boosting of
/// the multinomial log-likelihood (Friedman 2001, "Greedy function approximation: a gradient boosting
/// machine", algorithm 6). The same rows always give the same trees: nothing is drawn, and equally good
/// splits, which are common where few rows are left, go to the features by turns.
package struct BoostedTrees: Sendable {
  package struct Settings: Sendable, Equatable {
    /// Rounds, each with a tree for each class.
    package var rounds = 100
    /// How much of each tree is added.
    package var rate = 0.1
    /// Splits on the way to a leaf.
    package var depth = 3

    package init() {}
  }

  /// `[F]`: the squared error that splits by each feature have taken away, as shares; zeros where no
  /// tree has split.
  package let importances: [Double]
  /// For each round, a tree for each class.
  private var rounds: [[RegressionTree]] = []
  /// `[K]`, log shares of the classes.
  private let start: [Double]
  private let rate: Double

  /// - Parameters:
  ///   - features: `[N, F]`.
  ///   - labels: a class in `0..<classes` for each row; a class may lack rows.
  package init(
    _ features: Points, labels: [Int], classes: Int, _ settings: Settings = Settings()
  ) {
    precondition(
      labels.count == features.count && labels.allSatisfy { 0..<classes ~= $0 },
      "\(labels.count) labels for \(features.count) rows")
    let counts = (0..<classes).map { label in labels.count { $0 == label } }
    // Rarer than any: a class without rows is never told.
    start = counts.map { log(max(Double($0), 1e-9) / Double(labels.count)) }
    rate = settings.rate
    var gains = [Double](repeating: 0, count: features.dimensions)
    // A single class is told without trees.
    if counts.count(where: { $0 > 0 }) > 1 {
      rounds = Self.grow(features, labels, start: start, settings, gains: &gains)
    }
    let total = gains.reduce(0, +)
    importances = gains.map { total > 0 ? $0 / total : 0 }
  }

  /// - Returns: for each round, a tree for each class.
  private static func grow(
    _ features: Points, _ labels: [Int], start: [Double], _ settings: Settings,
    gains: inout [Double]
  ) -> [[RegressionTree]] {
    let (columns, classes) = (SortedColumns(features), start.count)
    var scores = labels.flatMap { _ in start }
    return (0..<settings.rounds).map { round in
      let probabilities = probabilities(scores, classes: classes)
      return (0..<classes).map { label in
        let residuals = labels.indices.map {
          (labels[$0] == label ? 1 : 0) - probabilities[$0 * classes + label]
        }
        let tree = RegressionTree(
          columns, residuals: residuals, depth: settings.depth, classes: classes,
          preferred: (round + label) % features.dimensions, gains: &gains)
        for row in labels.indices {
          scores[row * classes + label] += settings.rate * tree.value(features[row])
        }
        return tree
      }
    }
  }

  /// The likeliest class of each row, of equally likely ones the first.
  package func predictions(_ features: Points) -> [Int] {
    (0..<features.count).map { row in
      var scores = start
      for trees in rounds {
        for (label, tree) in trees.enumerated() {
          scores[label] += rate * tree.value(features[row])
        }
      }
      return scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }
  }

  /// `[N, K]`, each row's softmax.
  private static func probabilities(_ scores: [Double], classes: Int) -> [Double] {
    var result = scores
    for first in stride(from: 0, to: scores.count, by: classes) {
      var largest = -Double.infinity
      for index in first..<first + classes { largest = max(largest, scores[index]) }
      var sum = 0.0
      for index in first..<first + classes {
        result[index] = exp(scores[index] - largest)
        sum += result[index]
      }
      for index in first..<first + classes { result[index] /= sum }
    }
    return result
  }
}

/// The features column by column, with the order of their rows by value.
struct SortedColumns {
  let values: [[Double]]
  /// For each column, the rows in ascending order of its values; equal ones in the order of rows.
  let order: [[Int]]

  init(_ features: Points) {
    values = (0..<features.dimensions).map(features.column)
    order = values.map { column in
      column.indices.sorted { column[$0] == column[$1] ? $0 < $1 : column[$0] < column[$1] }
    }
  }
}
