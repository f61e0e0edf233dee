import Foundation

extension BinaryFloatingPoint {
  /// The number with three digits after the point, or fewer where it is large, in at most seven characters
  /// so that what stands beside it stays in place: `-0.123`, `-12.35`, `1235`, `4.0e-07`.
  package var short: String {
    let value = Double(self)
    let size = abs(value)
    if size != 0 && !(0.0005..<99_999.5).contains(size) { return String(format: "%.1e", value) }
    return fixed(size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0)
  }

  /// The number with so many digits after the point.
  package func fixed(_ digits: Int) -> String { String(format: "%.\(digits)f", Double(self)) }
}
