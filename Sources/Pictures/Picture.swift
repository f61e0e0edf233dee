/// An image of 8-bit samples.
public struct Picture: Sendable, Equatable {
  public let height: Int
  public let width: Int
  /// 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// [height, width, channels] samples, row-major.
  public var pixels: [UInt8]

  /// - Precondition: 1 or 3 channels, at least one pixel, and as many samples as that makes.
  public init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
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
  public init(height: Int, width: Int, color: Color) {
    self.init(
      height: height, width: width, channels: 3,
      pixels: Array(repeating: color.red, count: 3 * height * width))
    // Grey, it is done.
    if color.green != color.red || color.blue != color.red { fill(bounds, with: color) }
  }

  /// A colour.
  public struct Color: Sendable, Equatable {
    public var red, green, blue: UInt8

    public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
      (self.red, self.green, self.blue) = (red, green, blue)
    }

    public static let black = Color(0, 0, 0)
    public static let white = Color(255, 255, 255)
    public static let red = Color(255, 0, 0)
    public static let green = Color(0, 255, 0)
  }
}

extension Picture {
  /// The picture with three channels.
  public var colored: Picture {
    guard channels == 1 else { return self }
    return Picture(
      height: height, width: width, channels: 3, pixels: pixels.flatMap { [$0, $0, $0] })
  }

  /// The picture with each pixel as a square of `factor` × `factor`.
  public func enlarged(by factor: Int) -> Picture {
    precondition(factor > 0, "a picture cannot be enlarged by \(factor)")
    var result: [UInt8] = []
    result.reserveCapacity(pixels.count * factor * factor)
    for row in 0..<height {
      let line = (0..<width).flatMap { column in
        (0..<factor).flatMap { _ in pixels[sample(row, column)..<(sample(row, column) + channels)] }
      }
      for _ in 0..<factor { result += line }
    }
    return Picture(
      height: height * factor, width: width * factor, channels: channels, pixels: result)
  }

  /// The picture in a frame of so many pixels.
  public func bordered(by border: Int, color: Color) -> Picture {
    var result = Picture(height: height + 2 * border, width: width + 2 * border, color: color)
    result.draw(self, row: border, column: border)
    return result
  }

  /// Pictures beside each other, aligned at the top.
  /// - Parameters:
  ///   - gap: Pixels between two.
  ///   - color: The gaps' colour, and that of what is left beneath smaller pictures.
  /// - Precondition: There is at least one.
  public static func row(_ pictures: [Picture], gap: Int = 0, color: Color = .black) -> Picture {
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
  public static func column(_ pictures: [Picture], gap: Int = 0, color: Color = .black) -> Picture {
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
