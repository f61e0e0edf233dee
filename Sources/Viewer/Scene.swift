import Foundation
import Pictures

/// What a window shows: pictures side by side, charts and lines of text below them, and on demand
/// what the keys do.
package struct Scene: Sendable {
  package struct Panel: Sendable {
    package var title: String
    package var picture: Picture

    package init(_ title: String, _ picture: Picture) {
      self.title = title
      self.picture = picture
    }
  }

  package var panels: [Panel]
  package var charts: [LineChart]
  package var lines: [String]
  /// How far into what is watched this is, 0 to 1, for a bar above the lines; nil for none.
  package var seek: Double?
  package var help: [KeyHelp]
  package var showsHelp: Bool

  package init(
    panels: [Panel], charts: [LineChart] = [], lines: [String] = [], help: [KeyHelp] = [],
    showsHelp: Bool = false
  ) {
    self.panels = panels
    self.charts = charts
    self.lines = lines
    self.help = help
    self.showsHelp = showsHelp
  }

  /// About what it takes in memory.
  package var byteCount: Int {
    let values = charts.flatMap(\.series).reduce(0) { $0 + $1.values.count }
    return panels.reduce(0) { $0 + $1.picture.pixels.count }
      + values * MemoryLayout<Float?>.stride
  }

  /// Pixels that a single picture without a title has in a size, above lines of text and the bar.
  package static func room(
    width: Int, height: Int, lineCount: Int
  ) -> (width: Int, height: Int) {
    var drawing = SceneDrawing(width: width, height: height)
    drawing.write(Array(repeating: "", count: lineCount))
    drawing.drawBar(0)
    return (drawing.rest.width, drawing.rest.height)
  }

  /// Draws it in a size.
  package func picture(width: Int, height: Int) -> Picture {
    var drawing = SceneDrawing(width: width, height: height)
    drawing.write(lines)
    if let seek { drawing.drawBar(seek) }
    // Two beside each other where there are many.
    let perRow = charts.count > 2 ? 2 : 1
    for start in stride(from: 0, to: charts.count, by: perRow).reversed() {
      drawing.draw(Array(charts[start..<min(start + perRow, charts.count)]))
    }
    drawing.draw(panels)
    if showsHelp { drawing.cover(with: KeyHelp.lines(help)) }
    return drawing.picture
  }
}

/// A scene in the making, filled from below.
private struct SceneDrawing {
  var picture: Picture
  /// What nothing has been drawn on yet.
  private(set) var rest: Rectangle
  /// Pixels on a side of the letters' dots: a line of 50 letters fits.
  private let scale: Int
  private static let style = LineChart.Style.dark

  init(width: Int, height: Int) {
    picture = Picture(height: height, width: width, color: Self.style.background)
    scale = max(1, min(width / 320, height / 200))
    rest = picture.bounds.inset(by: 4 * scale)
  }

  /// With some room between lines.
  private var lineHeight: Int { (Picture.textHeight + 3) * scale }

  /// Cuts off a strip at the bottom of the rest.
  private mutating func cutBottom(_ height: Int) -> Rectangle {
    let strip = min(height, rest.height)
    rest.height -= strip
    return Rectangle(
      row: rest.row + rest.height, column: rest.column, height: strip, width: rest.width)
  }

  /// Writes lines of text, in several lines each where it is too long.
  mutating func write(_ lines: [String]) {
    // The last letter needs no gap behind it.
    let columns = (rest.width / scale + 1) / (Picture.width(of: " ") + 1)
    let lines = lines.flatMap { Self.wrapped($0, columns: columns) }
    let strip = cutBottom(lines.count * lineHeight)
    for (index, line) in lines.enumerated() {
      write(line, row: strip.row + index * lineHeight, column: strip.column, Self.style.text)
    }
  }

  /// A line in lines of so many letters, broken between its parts rather than within one.
  private static func wrapped(
    _ line: String, columns: Int, at separators: ArraySlice<String> = ["  ", " "]
  ) -> [String] {
    guard line.count > columns, let separator = separators.first else { return [line] }
    return line.components(separatedBy: separator).reduce(into: []) { lines, part in
      if let last = lines.last, (last + separator + part).count <= columns {
        lines[lines.count - 1] = last + separator + part
      } else {
        lines += wrapped(part, columns: columns, at: separators.dropFirst())
      }
    }
  }

  private mutating func write(_ text: String, row: Int, column: Int, _ color: Picture.Color) {
    picture.write(text, row: row, column: column, color: color, scale: scale)
  }

  mutating func drawBar(_ share: Double) {
    var strip = cutBottom(5 * scale)
    strip.height = min(2 * scale, strip.height)
    picture.fill(strip, with: Self.style.frame)
    strip.width = Int((share * Double(strip.width)).rounded())
    picture.fill(strip, with: Self.style.text)
  }

  /// Charts side by side.
  mutating func draw(_ charts: [LineChart]) {
    var place = cutBottom(max(48, rest.height / 5))
    let (gap, left) = (4 * scale, place.column)
    place.width = (place.width - gap * (charts.count - 1)) / charts.count
    for (index, chart) in charts.enumerated() where place.height >= 24 && place.width >= 8 {
      place.column = left + index * (place.width + gap)
      chart.draw(in: place, of: &picture)
    }
    _ = cutBottom(2 * scale)
  }

  mutating func draw(_ panels: [Scene.Panel]) {
    let gap = 4 * scale
    let width = (rest.width - gap * (panels.count - 1)) / max(panels.count, 1)
    for (index, panel) in panels.enumerated() {
      let column = rest.column + index * (width + gap)
      write(panel.title, row: rest.row, column: column, Self.style.text)
      let titleHeight = panel.title.isEmpty ? 0 : lineHeight
      let (top, height) = (rest.row + titleHeight, rest.height - titleHeight)
      guard let fitted = panel.picture.fitted(width: width, height: height) else { continue }
      picture.draw(
        fitted, row: top + (height - fitted.height) / 2,
        column: column + (width - fitted.width) / 2)
    }
  }

  /// Darkens everything and writes lines into a box in the middle.
  mutating func cover(with lines: [String]) {
    for index in picture.pixels.indices { picture.pixels[index] /= 3 }
    let width = lines.map { Picture.width(of: $0, scale: scale) }.max() ?? 0
    let inside = Rectangle(
      row: (picture.height - lines.count * lineHeight) / 2, column: (picture.width - width) / 2,
      height: lines.count * lineHeight, width: width)
    let box = inside.inset(by: -6 * scale)
    picture.fill(box, with: Self.style.background)
    picture.outline(box, with: Self.style.frame, thickness: scale)
    for (index, line) in lines.enumerated() {
      write(line, row: inside.row + index * lineHeight, column: inside.column, .white)
    }
  }
}
