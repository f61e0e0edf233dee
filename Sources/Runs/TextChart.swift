/// A small chart of a quantity against steps, in characters.
package struct TextChart {
  /// Values in the middle of each column; nil where there is none.
  private let columns: [Double?]
  private let steps: ClosedRange<Int>
  private let height: Int

  /// - Parameters:
  ///   - points: in any order; a column shows the mean of the points in it.
  ///   - width: of the chart itself, in columns.
  ///   - height: in rows.
  package init?(_ points: [(step: Int, value: Double)], width: Int = 60, height: Int = 6) {
    // Sums and differences of what is larger can be no numbers.
    let points = points.filter { abs($0.value) < 1e300 }
    guard let first = points.map(\.step).min(), let last = points.map(\.step).max() else {
      return nil
    }
    steps = first...last
    self.height = height
    var sums = Array(repeating: (sum: 0.0, count: 0), count: width)
    for (step, value) in points {
      let place = (Double(step) - Double(first)) / max(Double(last) - Double(first), 1)
      let column = min(Int(place * Double(width)), width - 1)
      sums[column].sum += value
      sums[column].count += 1
    }
    columns = sums.map { $0.count > 0 ? $0.sum / Double($0.count) : nil }
  }

  /// The rows from above, then the range of the steps.
  package var lines: [String] {
    let values = columns.compactMap { $0 }
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    let labels = (0..<height).map { row in
      Self.label(high - (high - low) * Double(row) / Double(max(height - 1, 1)))
    }
    let margin = labels.map(\.count).max() ?? 0
    let rows = labels.enumerated().map { row, label in
      let bars = columns.map { Self.bar($0, low, high, row: row, of: height) }.joined()
      return Self.padded(label, to: margin) + " │" + bars
    }
    let (first, last) = ("\(steps.lowerBound)", "\(steps.upperBound)")
    let gap = max(1, columns.count - first.count - last.count)
    return rows + [
      String(repeating: " ", count: margin + 2) + first + String(repeating: " ", count: gap) + last
    ]
  }

  /// The part of a bar that a row shows; the lowest value is one eighth of a row high.
  private static func bar(
    _ value: Double?, _ low: Double, _ high: Double, row: Int, of height: Int
  ) -> String {
    guard let value else { return " " }
    let share = high > low ? (value - low) / (high - low) : 0.5
    let eighths = max(1, Int((share * Double(8 * height)).rounded()))
    let filled = min(max(eighths - 8 * (height - 1 - row), 0), 8)
    return [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"][filled]
  }

  /// Three significant digits.
  private static func label(_ value: Double) -> String {
    let digits = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2
    return value.fixed(digits)
  }

  private static func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: width - text.count) + text
  }
}
