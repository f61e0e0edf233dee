import Foundation

/// Lines over steps, in a small frame with a title and the ends of the vertical scale.
package struct LineChart: Sendable {
  /// One line.
  package struct Series: Sendable {
    /// A number a step; nil where there is none.
    package var values: [Float?]
    package var color: Picture.Color

    package init(_ values: [Float?], color: Picture.Color) {
      self.values = values
      self.color = color
    }
  }

  /// The colours of a chart.
  package struct Style: Sendable {
    package var background: Picture.Color
    package var frame: Picture.Color
    package var text: Picture.Color

    package init(background: Picture.Color, frame: Picture.Color, text: Picture.Color) {
      (self.background, self.frame, self.text) = (background, frame, text)
    }

    package static let dark = Style(
      background: .init(24, 26, 31), frame: .init(58, 62, 72), text: .init(176, 182, 194))
  }

  package var title: String
  package var series: [Series]
  /// What the vertical scale spans at least.
  package var range: ClosedRange<Float>?
  /// A step that a vertical line marks.
  package var marker: Int?
  /// Steps of the horizontal scale; by default as many as the longest series has.
  package var steps: Int?
  package var style = Style.dark

  package init(
    _ title: String, series: [Series], range: ClosedRange<Float>? = nil, marker: Int? = nil
  ) {
    self.title = title
    self.series = series
    self.range = range
    self.marker = marker
  }

  /// The least and the greatest value that the chart has room for; never of no width.
  package var bounds: ClosedRange<Float> {
    let values = series.flatMap { $0.values.compactMap { $0 } }.filter(\.isFinite)
    let low = min(values.min() ?? 0, range?.lowerBound ?? .infinity)
    let high = max(values.max() ?? 0, range?.upperBound ?? -.infinity)
    return high - low > 1e-6 * max(abs(high), abs(low), 1e-3) ? low...high : low - 0.5...high + 0.5
  }

  /// Draws the chart, its title above, the ends of its scale at the right.
  ///
  /// - Parameter columns: where steps stand: the column of step `t` in the picture. By default they are
  ///   spread evenly.
  package func draw(
    in rectangle: Rectangle, of picture: inout Picture, columns: ((Int) -> Int)? = nil
  ) {
    let header = Picture.textHeight + 2
    let plot = Rectangle(
      row: rectangle.row + header, column: rectangle.column,
      height: max(rectangle.height - header, 3), width: rectangle.width)
    picture.fill(plot, with: style.background)
    picture.outline(plot, with: style.frame)
    writeHeader(in: rectangle, of: &picture)
    let inside = plot.inset(by: 2)
    let count = max(steps ?? series.map(\.values.count).max() ?? 1, 2)
    func spread(_ step: Int) -> Int { inside.column + step * (inside.width - 1) / (count - 1) }
    let column = columns ?? spread
    if let marker {
      picture.fill(
        Rectangle(row: plot.row + 1, column: column(marker), height: plot.height - 2, width: 1),
        with: style.frame)
    }
    let bounds = bounds
    for line in series { draw(line, bounds, in: inside, column, of: &picture) }
  }

  private func writeHeader(in rectangle: Rectangle, of picture: inout Picture) {
    picture.write(title, row: rectangle.row, column: rectangle.column, color: style.text)
    let span = bounds.upperBound - bounds.lowerBound
    let scale =
      Self.text(bounds.lowerBound, span: span) + ".." + Self.text(bounds.upperBound, span: span)
    let left = rectangle.column + rectangle.width - Picture.width(of: scale)
    // A narrow chart has room for its name alone.
    if left >= rectangle.column + Picture.width(of: title) + 5 {
      picture.write(scale, row: rectangle.row, column: left, color: style.text)
    }
  }

  private func draw(
    _ line: Series, _ bounds: ClosedRange<Float>, in plot: Rectangle, _ column: (Int) -> Int,
    of picture: inout Picture
  ) {
    var last: (row: Int, column: Int)?
    for (step, value) in line.values.enumerated() {
      guard let value, value.isFinite else {
        last = nil
        continue
      }
      let height = (value - bounds.lowerBound) / (bounds.upperBound - bounds.lowerBound)
      let point = (
        row: plot.row + Int(((1 - height) * Float(plot.height - 1)).rounded()),
        column: column(step)
      )
      picture.line(from: last ?? point, to: point, color: line.color)
      last = point
    }
  }

  /// A number in few characters, as exact as a scale of that span asks for: its two ends differ.
  package static func text(_ value: Float, span: Float) -> String {
    if abs(value) < span / 200 { return "0" }
    let digits = span >= 20 ? 0 : span >= 2 ? 1 : max(2, Self.digits(to: span))
    if span >= 1e5 || digits > 6 {
      return String(format: "%.\(max(1, Self.digits(to: span / abs(value))))e", value)
    }
    let text = String(format: "%.\(digits)f", value)
    // A whole number needs no decimals.
    let zeros = "." + String(repeating: "0", count: digits)
    return digits > 0 && text.hasSuffix(zeros) ? String(text.dropLast(zeros.count)) : text
  }

  /// Decimals of which the last counts no more than a span.
  private static func digits(to span: Float) -> Int { Int((-log10(span) - 1e-3).rounded(.up)) }
}
