import Foundation

/// The proportions of a pendulum, in lengths of its rod.
package struct PendulumLook: Sendable {
  /// Half the thickness of the rod, whose ends are round.
  let rodRadius: Float
  /// The radius of the ball at the end; 0 for none.
  let ballRadius: Float

  /// Gymnasium's.
  static let thickRod = PendulumLook(rodRadius: 0.1, ballRadius: 0)
  /// dm_control's with twice its thickness: in a small picture it would be too thin to see.
  static let ballOnPole = PendulumLook(rodRadius: 0.08, ballRadius: 0.2)
}

/// The picture of a pendulum: on white a red rod, which ends at the black pivot in the middle. It
/// shows the angle; the velocity shows only in the difference of two pictures.
///
/// Colours are Gymnasium's; the rod is drawn larger (its length is 0.4 of the picture instead of
/// 0.23), so that a small picture shows small angles. Edges are smooth: a pixel's share of colour is
/// how far it lies within the shape, by the distance of its centre.
struct PendulumPicture: Sendable {
  /// Rows and columns.
  let size: Int
  /// Pixels of the rod's length.
  private let scale: Float
  /// Pixels.
  private let (rodRadius, ballRadius, pivotRadius): (Float, Float, Float)

  init(size: Int, look: PendulumLook) {
    self.size = size
    scale = 0.4 * Float(size)
    rodRadius = look.rodRadius * scale
    ballRadius = look.ballRadius * scale
    pivotRadius = 0.05 * scale
  }

  /// - Parameters:
  ///   - angle: radians from upright, positive counter-clockwise.
  ///   - image: `[size, size, 3]`, overwritten.
  func draw(angle: Double, into image: inout [UInt8]) {
    precondition(
      image.count == size * size * 3,
      "an image of \(image.count) bytes instead of [\(size), \(size), 3]")
    let end = (x: Float(-sin(angle)) * scale, y: Float(-cos(angle)) * scale)
    var pixels = image.mutableSpan
    pixels.update(repeating: 255)
    for row in pixelRange(from: min(0, end.y), to: max(0, end.y), reach: rodRadius) {
      let y = coordinate(row)
      let columns = columns(atHeight: y, end: end)
      for column in columns { paint(row, column, end: end, in: &pixels) }
    }
    guard ballRadius > rodRadius else { return }
    for row in pixelRange(from: end.y, to: end.y, reach: ballRadius) {
      let columns = pixelRange(from: end.x, to: end.x, reach: ballRadius)
      for column in columns { paint(row, column, end: end, in: &pixels) }
    }
  }

  /// Paints one pixel, whatever it was.
  @inline(__always)
  private func paint(
    _ row: Int, _ column: Int, end: (x: Float, y: Float), in pixels: inout MutableSpan<UInt8>
  ) {
    let (x, y) = (coordinate(column), coordinate(row))
    let share = min(max((x * end.x + y * end.y) / (scale * scale), 0), 1)
    let rod = coverage(x: x - share * end.x, y: y - share * end.y, radius: rodRadius)
    let ink = max(rod, coverage(x: x - end.x, y: y - end.y, radius: ballRadius))
    guard ink > 0 else { return }
    let rest = 1 - coverage(x: x, y: y, radius: pivotRadius)
    let (red, other) = (255 + ink * (204 - 255), 255 + ink * (77 - 255))
    let offset = (row &* size &+ column) &* 3
    pixels[offset] = UInt8(red * rest + 0.5)
    pixels[offset &+ 1] = UInt8(other * rest + 0.5)
    pixels[offset &+ 2] = UInt8(other * rest + 0.5)
  }

  /// The share of a pixel within a disc, by the distance (x, y) of the pixel's centre from the disc's.
  @inline(__always)
  private func coverage(x: Float, y: Float, radius: Float) -> Float {
    let square = x * x + y * y
    guard square < (radius + 0.5) * (radius + 0.5) else { return 0 }
    return min(radius + 0.5 - square.squareRoot(), 1)
  }

  /// The place of a pixel's centre, from the middle of the picture.
  private func coordinate(_ index: Int) -> Float { Float(index) + 0.5 - 0.5 * Float(size) }

  /// The columns that the rod can touch at a height: beside the part of it that is near.
  private func columns(atHeight y: Float, end: (x: Float, y: Float)) -> Range<Int> {
    guard abs(end.y) > 1e-3 else {
      return pixelRange(from: min(0, end.x), to: max(0, end.x), reach: rodRadius)
    }
    // Shares of the rod's length, from the pivot.
    let (one, other) = ((y - rodRadius - 1) / end.y, (y + rodRadius + 1) / end.y)
    let first = min(max(min(one, other), 0), 1) * end.x
    let last = min(max(max(one, other), 0), 1) * end.x
    return pixelRange(from: min(first, last), to: max(first, last), reach: rodRadius)
  }

  /// The rows or columns that something of a radius can touch whose middle is between two places.
  private func pixelRange(from lower: Float, to upper: Float, reach: Float) -> Range<Int> {
    let middle = 0.5 * Float(size)
    let first = max(0, Int(middle + lower - reach - 1))
    return first..<min(size, Int(middle + upper + reach + 1) + 1)
  }
}
