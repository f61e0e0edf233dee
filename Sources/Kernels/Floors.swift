/// Rows of numbers, `[rows, width]`, whose sums over parts of a row are kept from falling too low.
package struct PartFloors: Sendable {
  /// Numbers of a row.
  package let width: Int
  /// Numbers of a part; it divides the width.
  package let part: Int
  /// What a part counts at least; `-infinity` for no floor.
  package let bound: Float
  /// Whether the bound is taken off again, so that a part counts nothing at the bound.
  package let isHinge: Bool

  package init(width: Int, part: Int, bound: Float, isHinge: Bool) {
    precondition(part > 0 && width % part == 0, "parts of \(part) in rows of \(width)")
    (self.width, self.part, self.bound, self.isHinge) = (width, part, bound, isHinge)
  }

  /// What a part counts at the bound.
  private var base: Float { isHinge && bound.isFinite ? bound : 0 }

  /// Each row by itself: `loss[r] = Σ_parts max(bound, Σ x)`.
  ///
  /// - Parameters:
  ///   - x: `[rows, width]`.
  ///   - loss: `[rows]`, written.
  ///   - gradient: `[rows, width]`, written: `weight` in parts above the bound, else 0.
  package func apply(to x: Region, weight: Float, loss: Region, gradient: Region) {
    check(x, loss, gradient)
    for row in 0..<loss.count {
      var total: Float = 0
      for first in stride(from: row * width, to: (row + 1) * width, by: part) {
        let sum = sum(x.base + first)
        let isAbove = sum > bound
        total += (isAbove ? sum : bound) - base
        (gradient.base + first).update(repeating: isAbove ? weight : 0, count: part)
      }
      loss.base[row] = total
    }
  }

  /// Every row by the means of all: `loss = Σ_parts max(bound, Σ means)`, the same for each row.
  ///
  /// - Parameters:
  ///   - means: `[width]`: of all rows of the batch, of which these may be a part.
  ///   - loss: `[rows]`, written.
  ///   - gradient: `[rows, width]`, written, as above.
  package func apply(toMeans means: [Double], weight: Float, loss: Region, gradient: Region) {
    precondition(means.count == width, "\(means.count) means of \(width) columns")
    check(gradient, loss, gradient)
    let sums = stride(from: 0, to: width, by: part).map { first in
      means[first..<first + part].reduce(0, +)
    }
    let bound = Double(bound)
    loss.fill(Float(sums.reduce(0) { $0 + max(bound, $1) - Double(base) }))
    for row in 0..<loss.count {
      for (index, sum) in sums.enumerated() {
        (gradient.base + row * width + index * part)
          .update(repeating: sum > bound ? weight : 0, count: part)
      }
    }
  }

  private func sum(_ x: UnsafeMutablePointer<Float>) -> Float {
    (0..<part).reduce(0) { $0 + x[$1] }
  }

  private func check(_ x: Region, _ loss: Region, _ gradient: Region) {
    precondition(
      x.count == loss.count * width && gradient.count == x.count,
      "\(x.count) numbers and \(gradient.count) gradients in \(loss.count) rows of \(width)")
  }
}

extension Region {
  /// The sum of each column of `[rows, width]`, in double precision, row after row.
  package func columnSums(width: Int) -> [Double] {
    precondition(width > 0 && count % width == 0, "\(count) numbers in rows of \(width)")
    var sums = [Double](repeating: 0, count: width)
    for row in 0..<count / width {
      for column in 0..<width { sums[column] += Double(base[row * width + column]) }
    }
    return sums
  }
}
