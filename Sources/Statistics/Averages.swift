import Foundation

/// `log Σ exp(x)`, without overflow; −∞ of no numbers.
package func logSumExp(_ values: [Double]) -> Double {
  var largest = -Double.infinity
  for value in values { largest = max(largest, value) }
  guard largest > -.infinity else { return -.infinity }
  var sum = 0.0
  for value in values { sum += exp(value - largest) }
  return largest + log(sum)
}

/// A mean over draws, with how far it would be off with other draws.
package struct Estimate: Sendable, Equatable {
  package let value: Double
  /// The standard deviation of a draw over `√N`; 0 of a single draw, of which nothing is known.
  package let standardError: Double
  /// N.
  package let count: Int

  /// - Parameter draws: at least one.
  package init(of draws: [Double]) {
    precondition(!draws.isEmpty, "no draws")
    let (count, mean) = (Double(draws.count), draws.reduce(0, +) / Double(draws.count))
    let squares = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    (value, self.count) = (mean, draws.count)
    standardError = draws.count > 1 ? (squares / (count - 1) / count).squareRoot() : 0
  }
}

/// `-Σ p log p` of counts, in nats: 0 log 0 = 0.
func entropy(ofCounts counts: [Int]) -> Double {
  let total = Double(counts.reduce(0, +))
  return counts.reduce(0) { sum, count in
    let share = Double(count) / total
    return count > 0 ? sum - share * log(share) : sum
  }
}

extension Double {
  /// With so many digits after the point, for sentences; never "-0.00".
  func formatted(digits: Int) -> String {
    let text = String(format: "%.\(digits)f", self)
    return text.contains { "123456789n".contains($0) } ? text : text.replacing("-", with: "")
  }
}

/// "1 sample", "2 samples".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
