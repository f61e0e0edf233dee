// Vector quantisation: rows that are replaced by the codes of a codebook.

/// K codes of some width, `[K, width]`, and which of them rows choose.
///
/// Choices are numbers of codes from 0 on, kept as floats in a region of `[rows]`, so that they live
/// where everything else of a step does.
package enum Codebook {
  /// What makes a code the nearest one.
  package enum Measure: Sendable {
    /// The smallest distance `|x - c|`.
    case distance
    /// The largest product `x · c`: of rows and codes of length one, the smallest angle.
    case product
  }

  /// As many as single precision counts one by one.
  package static let mostCodes = 1 << 24

  /// Rows whose products with all codes are in memory at a time.
  private static let rowsTogether = 128

  /// The nearest code of each row; of several that are equally near, the first.
  ///
  /// Scores `|c|² - 2 x·c` come from a matrix product. They are off by some roundings, so that among
  /// the codes within that of the best the exact distance decides: the choice does not depend on how
  /// the product was computed.
  ///
  /// - Parameters:
  ///   - x: `[rows, width]`.
  ///   - codes: `[K, width]`.
  ///   - choices: `[rows]`, written.
  ///   - arena: for what is needed meanwhile.
  package static func choose(
    _ x: Region, from codes: Region, width: Int, by measure: Measure, into choices: Region,
    _ arena: Arena
  ) {
    let count = codes.count / max(width, 1)
    precondition(
      x.count == choices.count * width && codes.count == count * width
        && 1...mostCodes ~= count,
      "\(x.count) numbers in \(choices.count) rows, \(codes.count) of codes \(width) wide")
    let mark = arena.mark
    let table = CodeTable(codes, width: width, by: measure, arena)
    let products = arena.allocate(min(rowsTogether, choices.count) * count)
    for first in stride(from: 0, to: choices.count, by: rowsTogether) {
      let rows = first..<min(first + rowsTogether, choices.count)
      table.choose(
        x.rows(rows, columns: width), into: choices.rows(rows, columns: 1), products: products)
    }
    arena.rewind(to: mark)
  }

  /// `y[r] = codes[choices[r]]`.
  ///
  /// - Parameter y: `[rows, width]`.
  package static func look(
    up choices: Region, in codes: Region, width: Int, into y: Region
  ) {
    check(choices, codes, width: width, rows: y)
    for row in 0..<choices.count {
      let code = number(choices, row, below: codes.count / width)
      (y.base + row * width).update(from: codes.base + code * width, count: width)
    }
  }

  /// `sums[choices[r]] += x[r]`, row after row: sums by code, and what a gradient at looked-up rows is at
  /// the codebook.
  ///
  /// - Parameters:
  ///   - x: `[rows, width]`.
  ///   - sums: `[K, width]`.
  package static func addRows(_ x: Region, by choices: Region, width: Int, to sums: Region) {
    check(choices, sums, width: width, rows: x)
    for row in 0..<choices.count {
      let code = number(choices, row, below: sums.count / width)
      let (sum, x) = (sums.base + code * width, x.base + row * width)
      for column in 0..<width { sum[column] += x[column] }
    }
  }

  /// `counts[choices[r]] += 1`. - Parameter counts: `[K]`.
  package static func addCounts(of choices: Region, to counts: Region) {
    for row in 0..<choices.count {
      counts.base[number(choices, row, below: counts.count)] += 1
    }
  }

  /// Rows of zeros with a one at the choice, `[rows, K]`.
  package static func oneHot(_ choices: Region, codes: Int, into rows: Region) {
    precondition(rows.count == choices.count * codes, "\(rows.count) for \(choices.count)×\(codes)")
    rows.fill(0)
    for row in 0..<choices.count {
      rows.base[row * codes + number(choices, row, below: codes)] = 1
    }
  }

  /// The choices of rows with one one each, `[rows, K]`.
  package static func choices(ofOneHot rows: Region, codes: Int, into choices: Region) {
    precondition(rows.count == choices.count * codes, "\(rows.count) for \(choices.count)×\(codes)")
    for row in 0..<choices.count {
      let one = UnsafeBufferPointer(start: rows.base + row * codes, count: codes).firstIndex(of: 1)
      choices.base[row] = Float(one ?? 0)
    }
  }

  /// Averages as a codebook: `e_k / ñ_k` with the smoothed counts
  /// `ñ_k = (n_k + ε) / (Σn + K ε) · Σn`, so that no code is divided by nothing.
  ///
  /// - Parameters:
  ///   - sums: `[K, width]`: e.
  ///   - counts: `[K]`: n, not all zero.
  package static func smooth(
    sums: Region, counts: Region, epsilon: Float, into codes: Region
  ) {
    let width = sums.count / max(counts.count, 1)
    precondition(
      sums.count == counts.count * width && codes.count == sums.count,
      "\(sums.count) sums and \(counts.count) counts of \(codes.count)")
    let (total, smoothing) = (counts.sum, Double(epsilon))
    for code in 0..<counts.count {
      let share =
        (Double(counts.base[code]) + smoothing) / (total + Double(counts.count) * smoothing)
      let count = share * total
      for index in code * width..<(code + 1) * width {
        codes.base[index] = Float(Double(sums.base[index]) / count)
      }
    }
  }

  private static func check(_ choices: Region, _ codes: Region, width: Int, rows: Region) {
    precondition(
      width > 0 && rows.count == choices.count * width && codes.count % width == 0,
      "\(rows.count) numbers in \(choices.count) rows, \(codes.count) of codes \(width) wide")
  }

  private static func number(_ choices: Region, _ row: Int, below count: Int) -> Int {
    let code = Int(choices.base[row])
    precondition(code >= 0 && code < count, "code \(code) of \(count)")
    return code
  }
}

/// A codebook as its product with rows wants it.
private struct CodeTable {
  let codes: Region
  let width: Int
  let measure: Codebook.Measure
  /// `[width, K]`: the codes times -2, or -1 of products.
  let factors: Region
  /// `[K]`: `|c|²`, or 0 of products.
  let squares: Region
  let largestSquare: Float

  var count: Int { squares.count }

  init(_ codes: Region, width: Int, by measure: Codebook.Measure, _ arena: Arena) {
    (self.codes, self.width, self.measure) = (codes, width, measure)
    let count = codes.count / width
    (factors, squares) = (arena.allocate(codes.count), arena.allocate(count))
    factors.transpose(of: codes, rows: count, columns: width)
    var largest: Float = 0
    for code in 0..<count {
      let square = sumOfSquares(codes.base + code * width, width)
      squares.base[code] = measure == .distance ? square : 0
      largest = max(largest, square)
    }
    largestSquare = largest
    let factor: Float = measure == .distance ? -2 : -1
    for index in 0..<codes.count { factors.base[index] *= factor }
  }

  /// - Parameter products: room for a number for each row and code.
  func choose(_ x: Region, into choices: Region, products: Region) {
    let scores = Matrix(products, rows: choices.count, columns: count)
    GEMM.multiply(
      Matrix(x, rows: choices.count, columns: width),
      Matrix(factors, rows: width, columns: count), into: scores, bias: squares)
    // Twice the error of a sum of so many products, on either side.
    let rounding = 4 * Float(width + 4) * Float.ulpOfOne
    for row in 0..<choices.count {
      let point = x.base + row * width
      let margin = rounding * (sumOfSquares(point, width) + largestSquare)
      choices.base[row] = Float(nearest(point, scores.region.base + row * count, margin: margin))
    }
  }

  private func nearest(
    _ x: UnsafeMutablePointer<Float>, _ scores: UnsafeMutablePointer<Float>, margin: Float
  ) -> Int {
    var best = 0
    for code in 1..<max(count, 1) where scores[code] < scores[best] { best = code }
    let bound = scores[best] + margin
    var (nearest, smallest) = (best, Double.infinity)
    for code in 0..<count where scores[code] <= bound {
      let distance = exactScore(x, codes.base + code * width)
      if distance < smallest { (nearest, smallest) = (code, distance) }
    }
    return nearest
  }

  private func exactScore(
    _ x: UnsafeMutablePointer<Float>, _ code: UnsafeMutablePointer<Float>
  ) -> Double {
    var sum = 0.0
    for index in 0..<width {
      let (a, b) = (Double(x[index]), Double(code[index]))
      sum += measure == .distance ? (a - b) * (a - b) : -a * b
    }
    return sum
  }
}

private func sumOfSquares(_ x: UnsafeMutablePointer<Float>, _ count: Int) -> Float {
  (0..<count).reduce(0) { $0 + x[$1] * x[$1] }
}
