import Pictures

extension Picture {
  /// The picture in a size that fits: each pixel a square of as many pixels as there is room for;
  /// where there is too little, pixels are left out.
  /// - Returns: nil where not a pixel fits.
  package func fitted(width limit: Int, height heightLimit: Int) -> Picture? {
    let factor = min(limit / width, heightLimit / height)
    if factor > 0 { return factor == 1 ? self : enlarged(by: factor) }
    let share = min(Double(limit) / Double(width), Double(heightLimit) / Double(height))
    let (rows, columns) = (Int(share * Double(height)), Int(share * Double(width)))
    return rows > 0 && columns > 0 ? reduced(rows: rows, columns: columns) : nil
  }

  private func reduced(rows: Int, columns: Int) -> Picture {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(rows * columns * channels)
    for row in 0..<rows {
      for column in 0..<columns {
        let start = (row * height / rows * width + column * width / columns) * channels
        pixels += self.pixels[start..<start + channels]
      }
    }
    return Picture(height: rows, width: columns, channels: channels, pixels: pixels)
  }
}
