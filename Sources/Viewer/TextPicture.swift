import Pictures

/// Pictures as text, for terminals and pipes: two pixels a letter, one above the other.
package struct TextPicture: Sendable {
  /// Whether escape sequences give the colours (ISO 8613-6, 24 bits); else shades of letters do.
  package var hasColor: Bool
  /// Letters in a line at most.
  package var columns: Int

  package init(hasColor: Bool, columns: Int = 64) {
    self.hasColor = hasColor
    self.columns = columns
  }

  /// From dark to light.
  private static let shades = Array(" .:-=+*#%@")

  /// The lines of a picture; where it is too wide, means of squares of pixels are drawn.
  package func lines(of picture: Picture) -> [String] {
    let square = max(1, (picture.width + columns - 1) / max(1, columns))
    let (width, height) = (picture.width / square, picture.height / square)
    return stride(from: 0, to: height - height % 2, by: 2).map { row in
      let pairs = (0..<width).map { column in
        (
          above: mean(of: picture, column, row, square),
          below: mean(of: picture, column, row + 1, square)
        )
      }
      return hasColor ? colored(pairs) : pairs.map { Self.shade($0.above, $0.below) }.joined()
    }
  }

  private func colored(_ pairs: [(above: Picture.Color, below: Picture.Color)]) -> String {
    pairs.map { pair in
      Self.escape(38, pair.above) + Self.escape(48, pair.below) + "▀"
    }.joined() + Self.plain
  }

  /// The sequence that ends colours.
  package static let plain = "\u{1B}[0m"

  /// Text in a colour.
  package static func colored(_ text: String, _ color: Picture.Color) -> String {
    escape(38, color) + text + plain
  }

  private static func escape(_ kind: Int, _ color: Picture.Color) -> String {
    "\u{1B}[\(kind);2;\(color.red);\(color.green);\(color.blue)m"
  }

  private static func shade(_ above: Picture.Color, _ below: Picture.Color) -> String {
    func brightness(_ color: Picture.Color) -> Int {
      Int(color.red) + Int(color.green) + Int(color.blue)
    }
    let share = (brightness(above) + brightness(below)) * (shades.count - 1) / (6 * 255)
    return String(shades[share])
  }

  /// The mean colour of a square of pixels.
  private func mean(of picture: Picture, _ column: Int, _ row: Int, _ square: Int) -> Picture.Color
  {
    var (red, green, blue) = (0, 0, 0)
    for y in row * square..<(row + 1) * square {
      for x in column * square..<(column + 1) * square {
        let color = picture.color(row: y, column: x)
        red += Int(color.red)
        green += Int(color.green)
        blue += Int(color.blue)
      }
    }
    let count = square * square
    return Picture.Color(UInt8(red / count), UInt8(green / count), UInt8(blue / count))
  }
}
