/// Images of another size: each pixel is the mean of the area that it covers.
public struct ResizedFrame: FrameChange {
  /// Rows and columns of the new image.
  public let side: Int
  /// Sums over the rows that a new row covers, `[width, channels]` of the old image; as long as the
  /// widest image so far needs, so that images of several widths share it.
  private var line: [Int] = []

  /// - Parameter side: rows and columns; at least 1.
  public init(side: Int) {
    precondition(side >= 1, "a picture of \(side) pixels a side")
    self.side = side
  }

  /// `side` rows and columns; the channels stay.
  public func size(of frame: FrameSize) -> FrameSize {
    FrameSize(height: side, width: side, channels: frame.channels)
  }

  /// Writes the means of areas, rounded to the nearest; what is covered in part counts in part.
  public mutating func change(
    _ index: Int, _ frame: [UInt8], of size: FrameSize, into changed: inout [UInt8]
  ) {
    let (channels, area) = (size.channels, size.height &* size.width)
    if line.count < size.width &* channels {
      line = Array(repeating: 0, count: size.width &* channels)
    }
    for y in 0..<side {
      sumRows(of: y, frame, size)
      for x in 0..<side {
        let columns = covered(x, of: size.width)
        for channel in 0..<channels {
          var sum = area / 2
          for column in columns.first...columns.last {
            sum &+= columns.weight(column) &* line[column &* channels &+ channel]
          }
          changed[(y &* side &+ x) &* channels &+ channel] = UInt8(sum / area)
        }
      }
    }
  }

  /// Fills the line for a new row.
  private mutating func sumRows(of y: Int, _ frame: [UInt8], _ size: FrameSize) {
    let rows = covered(y, of: size.height)
    let length = size.width &* size.channels
    for row in rows.first...rows.last {
      let (weight, start) = (rows.weight(row), row &* length)
      for index in 0..<length {
        line[index] = (row == rows.first ? 0 : line[index]) &+ weight &* Int(frame[start &+ index])
      }
    }
  }

  /// The rows or columns that one of `side` covers, out of `count`.
  ///
  /// Lengths are counted in parts of which an old pixel has `side` and a new one `count`, so that all
  /// are whole numbers.
  private func covered(_ index: Int, of count: Int) -> Cover {
    let (start, end) = (index &* count, (index &+ 1) &* count)
    return Cover(start: start, end: end, side: side)
  }

  private struct Cover {
    var start: Int
    var end: Int
    var side: Int

    var first: Int { start / side }
    var last: Int { (end &- 1) / side }

    /// How much of an old pixel is covered.
    func weight(_ pixel: Int) -> Int {
      min(end, (pixel &+ 1) &* side) &- max(start, pixel &* side)
    }
  }
}
