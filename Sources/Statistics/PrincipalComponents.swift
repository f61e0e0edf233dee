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
