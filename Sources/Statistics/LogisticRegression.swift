import Foundation
import Kernels

/// A linear map from standardised features to the log-odds of classes: multinomial logistic
/// regression.
package struct LogisticRegression {
  package let classes: Int
  /// `[F, K]` weights and then `[K]` intercepts.
  package private(set) var parameters: [Double]

  /// Fits to some rows: the mean of `-log p(class)` and `strength / 2` times the squared weights.
  ///
  /// - Parameters:
  ///   - labels: a class in `0..<classes` for each row.
  ///   - strength: at least 0.
  ///   - start: where the search begins; nil for zeros.
  package init(
    _ features: Matrix, labels: [Int], classes: Int, strength: Double,
    from start: LogisticRegression? = nil
  ) {
    self.classes = classes
    let objective = LogisticObjective(
      features, labels: labels, classes: classes, strength: strength)
    let zeros = [Double](repeating: 0, count: (features.columns + 1) * classes)
    parameters = QuasiNewton().minimum(
      of: objective.callAsFunction, from: start?.parameters ?? zeros)
  }

  /// The likeliest class of each row.
  package func predictions(_ features: Matrix) -> [Int] {
    let logits = Self.logits(features, parameters, classes: classes)
    return (0..<features.rows).map { row in
      let line = logits[row * classes..<(row + 1) * classes]
      return (line.indices.max { line[$0] < line[$1] } ?? line.startIndex) - line.startIndex
    }
  }

  /// `[rows, K]`.
  fileprivate static func logits(
    _ features: Matrix, _ parameters: [Double], classes: Int
  ) -> [Float] {
    let count = features.columns * classes
    var logits = features.multiplied(
      by: parameters.prefix(count).map { Float($0) }, columns: classes)
    let intercepts = parameters.suffix(classes).map { Float($0) }
    for row in 0..<features.rows {
      for index in 0..<classes { logits[row &* classes &+ index] += intercepts[index] }
    }
    return logits
  }
}

/// What ``LogisticRegression`` minimises.
package struct LogisticObjective {
  private let features: Matrix
  private let labels: [Int]
  private let classes: Int
  private let strength: Double

  package init(_ features: Matrix, labels: [Int], classes: Int, strength: Double) {
    precondition(
      labels.count == features.rows && !labels.isEmpty,
      "\(labels.count) classes for \(features.rows) rows")
    (self.features, self.labels, self.classes) = (features, labels, classes)
    self.strength = strength
  }

  /// - Parameter parameters: `[F, K]` weights and then `[K]` intercepts.
  package func callAsFunction(_ parameters: [Double]) -> (value: Double, gradient: [Double]) {
    var errors = LogisticRegression.logits(features, parameters, classes: classes)
    var value = becomeErrors(&errors)
    var gradient = features.multiplied(by: errors, columns: classes, transposed: true)
      .map { Double($0) }
    for index in gradient.indices {
      gradient[index] += strength * parameters[index]
      value += 0.5 * strength * parameters[index] * parameters[index]
    }
    var sums = [Double](repeating: 0, count: classes)
    for (index, error) in errors.enumerated() { sums[index % classes] += Double(error) }
    return (value, gradient + sums)
  }

  /// Makes `(p - 1[class]) / n` of logits.
  ///
  /// - Returns: the mean of `-log p(class)`.
  private func becomeErrors(_ logits: inout [Float]) -> Double {
    let share = 1 / Float(labels.count)
    var loss = 0.0
    for (row, label) in labels.enumerated() {
      let line = row &* classes..<(row &+ 1) &* classes
      var (largest, sum) = (-Float.infinity, Float(0))
      for index in line { largest = max(largest, logits[index]) }
      let own = logits[line.lowerBound &+ label] - largest
      for index in line {
        logits[index] = exp(logits[index] - largest)
        sum += logits[index]
      }
      for index in line { logits[index] *= share / sum }
      logits[line.lowerBound &+ label] -= share
      loss += Double(log(sum) - own)
    }
    return loss / Double(labels.count)
  }
}
