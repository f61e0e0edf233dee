import Foundation

/// The picture of a pendulum: on white a red rod, which ends at the black pivot in the middle. It
/// shows the angle; the velocity shows only in the difference of two pictures.
///
/// Colours and proportions of the rod are Gymnasium's; the rod is drawn larger (1 metre is 0.4 of
/// the picture instead of 0.23), so that a small picture shows small angles. Edges are smooth: a
/// pixel's share of colour is how far it lies within the shape, by the distance of its centre.
struct PendulumPicture: Sendable {
  /// Rows and columns.
  let size: Int

  /// Pixels a metre.
  private var scale: Float { 0.4 * Float(size) }
  /// The rod is 0.2 metres thick and has round ends.
  private var rodRadius: Float { 0.1 * scale }
  private var pivotRadius: Float { 0.05 * scale }

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
    for row in pixelRange(from: min(0, end.y), to: max(0, end.y)) {
      for column in pixelRange(from: min(0, end.x), to: max(0, end.x)) {
        let offset = (row &* size &+ column) &* 3
        paint(offset, x: coordinate(column), y: coordinate(row), end: end, in: &pixels)
      }
    }
  }

  /// Paints one pixel that lies at (x, y) from the pivot, in pixels.
  @inline(__always)
  private func paint(
    _ offset: Int, x: Float, y: Float, end: (x: Float, y: Float),
    in pixels: inout MutableSpan<UInt8>
  ) {
    let share = min(max((x * end.x + y * end.y) / (scale * scale), 0), 1)
    let rod = coverage(x: x - share * end.x, y: y - share * end.y, radius: rodRadius)
    guard rod > 0 else { return }
    let rest = 1 - coverage(x: x, y: y, radius: pivotRadius)
    let (red, other) = (255 + rod * (204 - 255), 255 + rod * (77 - 255))
    pixels[offset] = UInt8(red * rest + 0.5)
    pixels[offset &+ 1] = UInt8(other * rest + 0.5)
    pixels[offset &+ 2] = UInt8(other * rest + 0.5)
  }

  /// The share of a pixel within a disc, by the distance (x, y) of the pixel's centre from the disc's.
  private func coverage(x: Float, y: Float, radius: Float) -> Float {
    min(max(radius + 0.5 - (x * x + y * y).squareRoot(), 0), 1)
  }

  /// The place of a pixel's centre, from the middle of the picture.
  private func coordinate(_ index: Int) -> Float { Float(index) + 0.5 - 0.5 * Float(size) }

  /// The rows or columns that a rod between two coordinates can touch.
  private func pixelRange(from lower: Float, to upper: Float) -> Range<Int> {
    let reach = rodRadius + 1
    let middle = 0.5 * Float(size)
    return max(0, Int(middle + lower - reach))..<min(size, Int(middle + upper + reach) + 1)
  }
}
