import Foundation
import NeuralNetworks

/// One line of a verification: a group of tensors against the reference.
package struct VerificationLine: Sendable, CustomStringConvertible {
  package let group: String
  /// The largest error among the group's tensors, in the group's measure.
  package let error: Double
  package let tolerance: Double
  /// The tensor with the largest error.
  package let worst: String
  package let count: Int

  package var holds: Bool { error <= tolerance }

  package var description: String {
    let name = group + String(repeating: " ", count: max(0, 24 - group.count))
    let figures = String(
      format: "%9.2e of %7.1e  %4d tensors, worst ", error, tolerance, count)
    return "\(holds ? "ok  " : "FAIL") \(name) \(figures)\(worst)"
  }
}

/// Gathers the errors of a group.
package struct GroupErrors {
  package let group: String
  package let tolerance: Double
  private var error = 0.0
  private var worst = "none"
  private var count = 0

  package init(_ group: String, tolerance: Double) {
    self.group = group
    self.tolerance = tolerance
  }

  package mutating func add(_ name: String, _ newError: Double) {
    count += 1
    // Not a number counts as the worst of errors.
    let newError = newError.isNaN ? .infinity : newError
    if newError > error || count == 1 { (error, worst) = (newError, name) }
  }

  /// The largest absolute difference, over the larger of 1 and the largest magnitude.
  package mutating func add(_ name: String, ours: [Float], reference: SafeTensors.Entry) {
    add(name, Self.difference(ours, reference.doubles))
  }

  package static func difference(_ ours: [Float], _ reference: [Double]) -> Double {
    guard ours.count == reference.count else { return .infinity }
    let scale = reference.reduce(1) { max($0, abs($1)) }
    return zip(ours, reference).reduce(0) { largest, pair in
      let difference = abs(Double(pair.0) - pair.1) / scale
      return difference.isNaN ? .infinity : max(largest, difference)
    }
  }

  package var line: VerificationLine {
    VerificationLine(
      group: group, error: count == 0 ? .infinity : error, tolerance: tolerance, worst: worst,
      count: count)
  }
}
