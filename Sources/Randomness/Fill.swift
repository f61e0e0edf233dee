import Foundation
import Kernels

/// Which sequence each row of a matrix belongs to.
///
/// Rows of a shard are cut into groups of `inner`; row `r` is number
/// `start + (r / inner) · outerStride + (r % inner) · innerStride` of the whole batch. Draws are
/// addressed by that number, so they do not depend on how the batch was cut.
public struct RowNumbering: Sendable, Equatable {
  /// The number of the first row.
  public var start: Int
  /// Rows of a group; at least 1.
  public var inner: Int
  /// How much higher the number of a group's next row is.
  public var innerStride: Int
  /// How much higher the number of the next group's first row is than that of this one's.
  public var outerStride: Int
  private var skipped = 0

  /// Rows that follow each other from `start`.
  public init(start: Int = 0) {
    self.init(start: start, inner: 1, innerStride: 0, outerStride: 1)
  }

  /// Rows in groups: time-major ones, for instance, where a group is a moment.
  public init(start: Int, inner: Int, innerStride: Int, outerStride: Int) {
    self.start = start
    self.inner = inner
    self.innerStride = innerStride
    self.outerStride = outerStride
  }

  /// The numbering without its first rows.
  public func dropFirst(_ rows: Int) -> RowNumbering {
    var rest = self
    rest.skipped += rows
    return rest
  }

  func number(of row: Int) -> Int {
    let row = row + skipped
    return start + (row / inner) * outerStride + (row % inner) * innerStride
  }
}

/// A draw from a distribution, or a fixed point of it in the draw's place.
public enum Draw: Sendable {
  /// Draws at a key; each row's draw is addressed by its number.
  case random(Key, RowNumbering)
  /// The most likely class; the mean plus so many standard deviations. 0 is the distribution's mode.
  case fixed(deviations: Float)

  /// The most likely class; the mean.
  public static let mode = Draw.fixed(deviations: 0)
}

extension Region {
  /// Fills `[rows, columns]` with uniform numbers in [0, 1), of 24 random bits each.
  public func fillUniform(key: Key, rows numbering: RowNumbering, columns: Int) {
    let blocks = (columns + 3) / 4
    for row in 0..<(count / max(columns, 1)) {
      let first = numbering.number(of: row) * blocks
      for block in 0..<blocks {
        let x = Philox.bits(key: key.value, counter: UInt64(first + block), stream: 4)
        let place = row * columns + block * 4, rest = columns - block * 4
        self[place] = Float(x.x0 >> 8) * 0x1p-24
        if rest > 1 { self[place + 1] = Float(x.x1 >> 8) * 0x1p-24 }
        if rest > 2 { self[place + 2] = Float(x.x2 >> 8) * 0x1p-24 }
        if rest > 3 { self[place + 3] = Float(x.x3 >> 8) * 0x1p-24 }
      }
    }
  }

  /// Fills `[rows, columns]` with standard normal numbers (Box and Muller 1958).
  public func fillNormal(key: Key, rows numbering: RowNumbering, columns: Int) {
    for row in 0..<(count / max(columns, 1)) {
      var generator = Generator(key: key.fold(numbering.number(of: row)))
      for column in 0..<columns { self[row * columns + column] = Float(generator.normal()) }
    }
  }
}
