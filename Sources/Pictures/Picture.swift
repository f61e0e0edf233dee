/// An image of 8-bit samples.
package struct Picture: Sendable, Equatable {
  package let height: Int
  package let width: Int
  /// 1 for grey, 3 for red, green and blue.
  package let channels: Int
  /// [height, width, channels] samples, row-major.
  package var pixels: [UInt8]

  /// - Precondition: 1 or 3 channels, at least one pixel, and as many samples as that makes.
  package init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(channels == 1 || channels == 3, "\(channels) channels are neither grey nor colour")
    precondition(height > 0 && width > 0, "\(height) rows of \(width) pixels are no picture")
    precondition(
      pixels.count == height * width * channels,
      "\(pixels.count) samples do not fill [\(height), \(width), \(channels)]")
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
  }

  /// A picture of one colour, with three channels.
  package init(height: Int, width: Int, color: Color) {
    let line = color.samples(width)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(height * line.count)
    for _ in 0..<height { pixels += line }
    self.init(height: height, width: width, channels: 3, pixels: pixels)
  }

  /// A colour.
  package struct Color: Sendable, Equatable {
    package var red, green, blue: UInt8

    package init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
      (self.red, self.green, self.blue) = (red, green, blue)
    }

    /// The samples of so many pixels.
    func samples(_ count: Int) -> [UInt8] {
      var samples = [UInt8](repeating: red, count: 3 * count)
      for start in stride(from: 0, to: samples.count, by: 3) {
        samples[start + 1] = green
        samples[start + 2] = blue
      }
      return samples
    }

    package static let black = Color(0, 0, 0)
    package static let white = Color(255, 255, 255)
    package static let red = Color(255, 0, 0)
    package static let green = Color(0, 255, 0)
  }
}

extension Picture {
  /// The picture with three channels.
  package var colored: Picture {
    guard channels == 1 else { return self }
    return Picture(
      height: height, width: width, channels: 3, pixels: pixels.flatMap { [$0, $0, $0] })
  }

  /// The picture with each pixel as a square of `factor` × `factor`.
  package func enlarged(by factor: Int) -> Picture {
    precondition(factor > 0, "a picture cannot be enlarged by \(factor)")
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count * factor * factor)
    var line = [UInt8](repeating: 0, count: width * factor * channels)
    for row in 0..<height {
      var index = 0
      for column in 0..<width {
        let start = sample(row, column)
        for _ in 0..<factor {
          for channel in 0..<channels {
            line[index] = pixels[start + channel]
            index += 1
          }
        }
      }
      for _ in 0..<factor { result += line }
    }
    return Picture(
      height: height * factor, width: width * factor, channels: channels, pixels: result)
  }

  /// The picture in a frame of so many pixels.
  package func bordered(by border: Int, color: Color) -> Picture {
    var result = Picture(height: height + 2 * border, width: width + 2 * border, color: color)
    result.draw(self, row: border, column: border)
    return result
  }

  /// Pictures beside each other, aligned at the top.
  /// - Parameters:
  ///   - gap: Pixels between two.
  ///   - color: The gaps' colour, and that of what is left beneath smaller pictures.
  /// - Precondition: There is at least one.
  package static func row(_ pictures: [Picture], gap: Int = 0, color: Color = .black) -> Picture {
    precondition(!pictures.isEmpty, "a row of no pictures is no picture")
    var result = Picture(
      height: pictures.map(\.height).max() ?? 1,
      width: pictures.map(\.width).reduce(gap * (pictures.count - 1), +), color: color)
    var column = 0
    for picture in pictures {
      result.draw(picture, row: 0, column: column)
      column += picture.width + gap
    }
    return result
  }

  /// Pictures beneath each other, aligned on the left, as ``row(_:gap:color:)``.
  package static func column(_ pictures: [Picture], gap: Int = 0, color: Color = .black) -> Picture
  {
    precondition(!pictures.isEmpty, "a column of no pictures is no picture")
    var result = Picture(
      height: pictures.map(\.height).reduce(gap * (pictures.count - 1), +),
      width: pictures.map(\.width).max() ?? 1, color: color)
    var row = 0
    for picture in pictures {
      result.draw(picture, row: row, column: 0)
      row += picture.height + gap
    }
    return result
  }

  /// Index of a pixel's first sample.
  private func sample(_ row: Int, _ column: Int) -> Int { (row * width + column) * channels }
}
