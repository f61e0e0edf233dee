/// A part of a picture, in pixels from its upper left corner.
package struct Rectangle: Sendable, Equatable {
  package var row: Int
  package var column: Int
  package var height: Int
  package var width: Int

  package init(row: Int, column: Int, height: Int, width: Int) {
    (self.row, self.column) = (row, column)
    (self.height, self.width) = (height, width)
  }

  /// What is left with so many pixels less on each side.
  package func inset(by margin: Int) -> Rectangle {
    Rectangle(
      row: row + margin, column: column + margin, height: max(height - 2 * margin, 0),
      width: max(width - 2 * margin, 0))
  }
}

// Drawing on pictures with three channels. What lies outside of the picture is left out.
extension Picture {
  /// The whole picture.
  package var bounds: Rectangle { Rectangle(row: 0, column: 0, height: height, width: width) }

  /// The colour of a pixel inside the picture.
  package func color(row: Int, column: Int) -> Color {
    let start = (row * width + column) * channels
    return channels == 1
      ? Color(pixels[start], pixels[start], pixels[start])
      : Color(pixels[start], pixels[start + 1], pixels[start + 2])
  }

  /// Colours one pixel.
  package mutating func set(row: Int, column: Int, to color: Color) {
    guard 0..<height ~= row, 0..<width ~= column else { return }
    let start = (row * width + column) * 3
    pixels[start] = color.red
    pixels[start + 1] = color.green
    pixels[start + 2] = color.blue
  }

  /// Fills a rectangle.
  package mutating func fill(_ rectangle: Rectangle, with color: Color) {
    let rows = (rectangle.row..<rectangle.row + rectangle.height).clamped(to: 0..<height)
    let columns = (rectangle.column..<rectangle.column + rectangle.width).clamped(to: 0..<width)
    let line = color.samples(columns.count)
    for row in rows {
      let start = (row * width + columns.lowerBound) * 3
      pixels.replaceSubrange(start..<start + line.count, with: line)
    }
  }

  /// Draws a frame along the inside of a rectangle's edges.
  ///
  /// - Parameter thickness: in pixels.
  package mutating func outline(_ rectangle: Rectangle, with color: Color, thickness: Int = 1) {
    var (top, side) = (rectangle, rectangle)
    (top.height, side.width) = (thickness, thickness)
    fill(top, with: color)
    fill(side, with: color)
    top.row += rectangle.height - thickness
    side.column += rectangle.width - thickness
    fill(top, with: color)
    fill(side, with: color)
  }

  /// Draws a straight line of one pixel's width, both ends included (Bresenham 1965).
  package mutating func line(
    from start: (row: Int, column: Int), to end: (row: Int, column: Int), color: Color
  ) {
    let (down, right) = (abs(end.row - start.row), abs(end.column - start.column))
    let rowStep = end.row > start.row ? 1 : -1
    let columnStep = end.column > start.column ? 1 : -1
    var (row, column) = start
    var error = right - down
    while true {
      set(row: row, column: column, to: color)
      if row == end.row && column == end.column { return }
      let doubled = 2 * error
      if doubled >= -down {
        error -= down
        column += columnStep
      }
      if doubled <= right {
        error += right
        row += rowStep
      }
    }
  }

  /// Copies a picture into this one.
  package mutating func draw(_ picture: Picture, row: Int, column: Int) {
    let source = picture.colored
    let rows = (row..<row + source.height).clamped(to: 0..<height)
    let columns = (column..<column + source.width).clamped(to: 0..<width)
    for line in rows {
      let target = (line * width + columns.lowerBound) * 3
      let start = ((line - row) * source.width + columns.lowerBound - column) * 3
      pixels.replaceSubrange(
        target..<target + columns.count * 3, with: source.pixels[start..<start + columns.count * 3])
    }
  }
}

// MARK: - text

extension Picture {
  /// Rows that a line of text takes.
  package static let textHeight = Font.glyphHeight

  /// Pixels that a text is wide.
  package static func width(of text: String, scale: Int = 1) -> Int {
    max(text.count * (Font.glyphWidth + 1) - 1, 0) * scale
  }

  /// Writes a line of text in small letters of fixed width; characters beyond ASCII are boxes.
  ///
  /// - Parameters:
  ///   - row: of the upper left corner, as `column`.
  ///   - scale: the side of a letter's pixels.
  package mutating func write(
    _ text: String, row: Int, column: Int, color: Color, scale: Int = 1
  ) {
    var left = column
    for character in text {
      for (line, bits) in Font.rows(of: character).enumerated() {
        for pixel in 0..<Font.glyphWidth where bits >> (Font.glyphWidth - 1 - pixel) & 1 == 1 {
          fill(
            Rectangle(
              row: row + line * scale, column: left + pixel * scale, height: scale, width: scale),
            with: color)
        }
      }
      left += (Font.glyphWidth + 1) * scale
    }
  }
}
