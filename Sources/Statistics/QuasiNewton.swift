/// Minimises a smooth function by the limited-memory BFGS method: Nocedal and Wright, "Numerical
/// Optimization", 2nd edition, algorithms 7.4 (two loops) and 3.1 (backtracking).
package struct QuasiNewton {
  /// Steps at most.
  private let steps: Int
  /// Pairs of steps and changes of the gradient that are remembered.
  private let memory = 10
  /// The largest magnitude of a gradient's number where it is done.
  private let tolerance: Double

  /// A value and its gradient at a point.
  package typealias Function = (_ point: [Double]) -> (value: Double, gradient: [Double])

  package init(steps: Int = 100, tolerance: Double = 1e-5) {
    (self.steps, self.tolerance) = (steps, tolerance)
  }

  fileprivate struct Pair {
    let step: [Double]
    let change: [Double]
    let product: Double
  }

  package func minimum(of function: Function, from start: [Double]) -> [Double] {
    var point = start
    var (value, gradient) = function(point)
    var pairs: [Pair] = []
    for _ in 0..<steps where gradient.contains(where: { abs($0) > tolerance }) {
      let direction = direction(gradient, pairs)
      guard
        let next = search(
          function, from: point, value: value, along: direction,
          slope: Self.dot(direction, gradient),
          length: pairs.isEmpty ? 1 / max(Self.dot(gradient, gradient).squareRoot(), 1e-12) : 1)
      else { break }
      let pair = Pair(
        step: Self.difference(next.point, point), change: Self.difference(next.gradient, gradient))
      if pair.product > 1e-12 { pairs = pairs.suffix(memory - 1) + [pair] }
      (point, value, gradient) = (next.point, next.value, next.gradient)
    }
    return point
  }

  /// `-H g` with the inverse curvature `H` that the pairs tell.
  private func direction(_ gradient: [Double], _ pairs: [Pair]) -> [Double] {
    var direction = gradient.map { -$0 }
    var weights: [Double] = []
    for pair in pairs.reversed() {
      let weight = Self.dot(pair.step, direction) / pair.product
      weights.append(weight)
      Self.add(-weight, pair.change, to: &direction)
    }
    if let last = pairs.last {
      let scale = last.product / Self.dot(last.change, last.change)
      for index in direction.indices { direction[index] *= scale }
    }
    for (pair, weight) in zip(pairs, weights.reversed()) {
      Self.add(weight - Self.dot(pair.change, direction) / pair.product, pair.step, to: &direction)
    }
    return direction
  }

  /// The first of shorter and shorter steps that lowers the value by enough; nil where none does.
  private func search(
    _ function: Function, from point: [Double], value: Double, along direction: [Double],
    slope: Double, length: Double
  ) -> (point: [Double], value: Double, gradient: [Double])? {
    var length = length
    for _ in 0..<20 {
      var next = point
      Self.add(length, direction, to: &next)
      let found = function(next)
      if found.value <= value + 1e-4 * length * slope { return (next, found.value, found.gradient) }
      length /= 2
    }
    return nil
  }

  private static func dot(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for index in left.indices { sum += left[index] * right[index] }
    return sum
  }

  private static func difference(_ left: [Double], _ right: [Double]) -> [Double] {
    zip(left, right).map { $0 - $1 }
  }

  private static func add(_ factor: Double, _ other: [Double], to sum: inout [Double]) {
    for index in sum.indices { sum[index] += factor * other[index] }
  }
}

extension QuasiNewton.Pair {
  fileprivate init(step: [Double], change: [Double]) {
    (self.step, self.change) = (step, change)
    product = zip(step, change).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
