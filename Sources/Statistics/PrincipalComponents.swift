import Kernels
import Randomness

/// The components of the largest variance, by power iteration; each with the sign that makes its
/// largest score positive.
///
/// - Returns: the scores of the rows, and the sums of their squares.
package func principalComponents(
  of matrix: Matrix, count: Int
) -> (scores: [[Double]], variances: [Double]) {
  var (directions, scores, variances) = ([[Double]](), [[Double]](), [Double]())
  for number in 0..<count {
    var generator = Generator(key: Key(seed: UInt64(number)))
    var direction = normalized((0..<matrix.columns).map { _ in generator.normal() })
    var score = [Double](repeating: 0, count: matrix.rows)
    for _ in 0..<100 {
      direction = normalized(direction, against: directions)
      score = matrix.multiplied(by: direction.map { Float($0) }, columns: 1).map { Double($0) }
      let next = matrix.multiplied(
        by: score.map { Float($0) }, columns: 1, transposed: true)
      direction = next.map { Double($0) }
    }
    direction = normalized(direction, against: directions)
    let extreme = score.max { abs($0) < abs($1) } ?? 0
    let sign = extreme < 0 ? -1.0 : 1
    directions.append(direction)
    scores.append(score.map { sign * $0 })
    variances.append(score.reduce(0) { $0 + $1 * $1 })
  }
  return (scores, variances)
}

/// At length 1, at right angles to others of length 1.
private func normalized(
  _ direction: [Double], against others: [[Double]] = []
) -> [Double] {
  var direction = direction
  for other in others {
    let part = zip(direction, other).reduce(0) { $0 + $1.0 * $1.1 }
    for index in direction.indices { direction[index] -= part * other[index] }
  }
  let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
  return length > 0 ? direction.map { $0 / length } : direction
}

/// Points in the plane in which they vary most, in their own unit: their first two principal components.
package struct PrincipalPlane: Sendable {
  /// `[N]`, of each point; of points with one dimension, 0 across.
  package let places: [(x: Double, y: Double)]
  /// Where the origin of the points' space falls.
  package let origin: (x: Double, y: Double)
  /// The components' shares of the variance.
  package let shares: [Double]

  /// - Throws: `BLASError`.
  package init(_ points: Points) throws {
    try GEMM.load()
    let (means, size) = (points.means, points.dimensions)
    let centred = points.values.enumerated().map { Float($1 - means[$0 % size]) }
    let storage = Storage(centred)
    let matrix = Matrix(storage.region, rows: points.count, columns: size)
    let (scores, variances) = withExtendedLifetime(storage) {
      principalComponents(of: matrix, count: min(2, size))
    }
    // A component's direction is what its scores say of the points, over the sum of their squares.
    let origins = zip(scores, variances).map { scores, variance -> Double in
      guard variance > 0 else { return 0 }
      let direction = (0..<size).map { column in
        scores.indices.reduce(0) { $0 + Double(centred[$1 * size + column]) * scores[$1] }
          / variance
      }
      return -zip(direction, means).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let second = scores.count > 1 ? scores[1] : scores[0].map { _ in 0 }
    places = zip(scores[0], second).map { ($0, $1) }
    origin = (origins[0], origins.count > 1 ? origins[1] : 0)
    let total = points.variances.reduce(0, +) * Double(max(points.count - 1, 1))
    shares = variances.map { total > 0 ? $0 / total : 0 }
  }
}
