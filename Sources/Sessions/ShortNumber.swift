import Foundation

extension BinaryFloatingPoint {
  /// The number in at most six characters up to 9999, so that what stands beside it stays in place:
  /// `-0.123`, `-12.35`, `1235`.
  var short: String {
    let value = Double(self)
    let digits = abs(value) < 10 ? 3 : abs(value) < 100 ? 2 : abs(value) < 1000 ? 1 : 0
    // Not -0.000.
    return String(format: "%.\(digits)f", abs(value) < 0.0005 ? 0 : value)
  }
}
