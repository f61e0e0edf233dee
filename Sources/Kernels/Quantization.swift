import Foundation

// What quantisation does to rows besides the choice of codes, and how gradients go back over it.

extension Rows {
  /// `y[r] = x[r] / |x[r]|`; a row of zeros stays one.
  ///
  /// - Parameter lengths: `[rows]`: `|x|`, written.
  package static func normalize(_ x: Region, into y: Region, lengths: Region) {
    let width = columns(x, y, rows: lengths)
    for row in 0..<lengths.count {
      let (x, y) = (x.base + row * width, y.base + row * width)
      let length = dot(x, x, width).squareRoot()
      lengths.base[row] = length
      for column in 0..<width { y[column] = length > 0 ? x[column] / length : 0 }
    }
  }

  /// `dx += (g - (g · y) y) / |x|`; nothing at a row of zeros, which has no direction.
  package static func normalizePullback(
    _ y: Region, lengths: Region, from g: Region, dx: Region
  ) {
    let width = columns(y, g, rows: lengths)
    precondition(dx.count == y.count)
    for row in 0..<lengths.count where lengths.base[row] > 0 {
      let (y, g, dx) = (y.base + row * width, g.base + row * width, dx.base + row * width)
      let product = dot(g, y, width)
      for column in 0..<width {
        dx[column] += (g[column] - product * y[column]) / lengths.base[row]
      }
    }
  }
}

/// The rotation that takes a row to its code, as a way back for gradients (Fifty et al. 2024,
/// arXiv:2410.06424, section 4.2).
///
/// With `e = x/|x|`, `c = q/|q|` and `w = (e + c)/|e + c|`, the code is
/// `q = [x - 2 (x·w) w + 2 (x·e) c] · |q|/|x|`, where all but the leading x are held constant.
package enum RotationTrick {
  /// `dx += |q|/|x| · [g - 2 (w·g) w + 2 (c·g) e]`.
  ///
  /// Where x or q is zero, or they point in opposite directions, there is no such rotation: then the
  /// gradient goes straight through.
  /// - Parameters:
  ///   - rows: of `[rows, width]`.
  package static func pullback(x: Region, code q: Region, rows: Int, from g: Region, dx: Region) {
    let width = x.count / max(rows, 1)
    precondition(
      q.count == rows * width && x.count == q.count && g.count == q.count && dx.count == q.count,
      "\(x.count), \(q.count), \(g.count) and \(dx.count) numbers in \(rows) rows")
    for row in 0..<rows {
      let start = row * width
      pullback(
        x.base + start, q.base + start, g.base + start, dx.base + start, width)
    }
  }

  private static func pullback(
    _ x: UnsafeMutablePointer<Float>, _ q: UnsafeMutablePointer<Float>,
    _ g: UnsafeMutablePointer<Float>, _ dx: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    let (xx, qq, xq) = (dot(x, x, width), dot(q, q, width), dot(x, q, width))
    let (a, b) = (xx.squareRoot(), qq.squareRoot())
    // |e + c|² = 2 + 2 e·c.
    let square = a > 0 && b > 0 ? 2 + 2 * xq / (a * b) : 0
    guard square > 1e-6 else {
      for column in 0..<width { dx[column] += g[column] }
      return
    }
    let (xg, qg) = (dot(x, g, width) / a, dot(q, g, width) / b)
    let reflected = 2 * (xg + qg) / square
    for column in 0..<width {
      let (e, c) = (x[column] / a, q[column] / b)
      dx[column] += b / a * (g[column] - reflected * (e + c) + 2 * qg * e)
    }
  }
}

/// Finite scalar quantisation: each number of a row is rounded to one of a few levels (Mentzer et al.
/// 2023, arXiv:2309.15505, section 3.1).
///
/// With `half = (L - 1) · 1.001 / 2`, an offset of ½ for even L and `shift = atanh(offset / half)`, the
/// value is `round(tanh(x + shift) · half - offset) / ⌊L/2⌋`. A row's code counts its levels, the first
/// number's fastest.
package struct FiniteScalars: Sendable, Equatable {
  /// L of each number, 2 or more.
  package let levels: [Int]
  private let bounds: [Bound]

  /// Codes: the product of the levels.
  package let codes: Int

  private struct Bound: Sendable, Equatable {
    let half: Float
    let offset: Float
    let shift: Float
    /// `⌊L/2⌋`.
    let scale: Float

    init(_ levels: Int) {
      let (half, offset) = (Double(levels - 1) * 1.001 / 2, levels % 2 == 0 ? 0.5 : 0)
      (self.half, self.offset) = (Float(half), Float(offset))
      (shift, scale) = (Float(atanh(offset / half)), Float(levels / 2))
    }
  }

  package init(levels: [Int]) {
    precondition(!levels.isEmpty && levels.allSatisfy { $0 >= 2 }, "levels \(levels)")
    self.levels = levels
    bounds = levels.map { Bound($0) }
    codes = levels.reduce(1, *)
  }

  private var width: Int { levels.count }

  /// - Parameters:
  ///   - x: `[rows, levels]`.
  ///   - values: the same, written.
  ///   - choices: `[rows]`: numbers of codes, written.
  package func quantize(_ x: Region, into values: Region, choices: Region) {
    check(x, values, choices)
    for row in 0..<choices.count {
      var (code, step) = (0, 1)
      for (column, bound) in bounds.enumerated() {
        let bounded = tanh(x.base[row * width + column] + bound.shift) * bound.half - bound.offset
        // Zero has one sign, so that a code gives back the very bits.
        let level = bounded.rounded(.toNearestOrEven) + 0
        values.base[row * width + column] = level / bound.scale
        // What is not a number has no level, and is not a number in the values either.
        code += level.isNaN ? 0 : Int(level + bound.scale) * step
        step *= levels[column]
      }
      choices.base[row] = Float(code)
    }
  }

  /// The values of codes: `[rows, levels]`.
  package func values(of choices: Region, into values: Region) {
    check(values, values, choices)
    for row in 0..<choices.count {
      var rest = Int(choices.base[row])
      for (column, bound) in bounds.enumerated() {
        let level = Float(rest % levels[column])
        values.base[row * width + column] = (level - bound.scale) / bound.scale
        rest /= levels[column]
      }
    }
  }

  /// `dx += g (1 - tanh²(x + shift)) half / ⌊L/2⌋`: straight through the rounding alone.
  package func pullback(_ x: Region, from g: Region, dx: Region) {
    precondition(x.count == g.count && dx.count == x.count && x.count % width == 0)
    for row in 0..<x.count / width {
      for (column, bound) in bounds.enumerated() {
        let index = row * width + column
        let t = tanh(x.base[index] + bound.shift)
        dx.base[index] += g.base[index] * (1 - t * t) * bound.half / bound.scale
      }
    }
  }

  private func check(_ x: Region, _ values: Region, _ choices: Region) {
    precondition(
      x.count == choices.count * width && values.count == x.count,
      "\(x.count) numbers of \(width) levels in \(choices.count) rows")
  }
}

private func dot(
  _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, _ count: Int
) -> Float {
  var sum: Float = 0
  for index in 0..<count { sum += a[index] * b[index] }
  return sum
}
