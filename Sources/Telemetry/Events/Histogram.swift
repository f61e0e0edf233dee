/// How often values fall between limits.
package struct Histogram: Sendable, Equatable {
  package var minimum: Double
  package var maximum: Double
  package var count: Double
  package var sum: Double
  package var sumOfSquares: Double
  /// The upper limits of the buckets, ascending.
  package var limits: [Double]
  /// How many values each bucket holds.
  package var buckets: [Double]

  package init(
    minimum: Double, maximum: Double, count: Double, sum: Double, sumOfSquares: Double,
    limits: [Double], buckets: [Double]
  ) {
    self.minimum = minimum
    self.maximum = maximum
    self.count = count
    self.sum = sum
    self.sumOfSquares = sumOfSquares
    self.limits = limits
    self.buckets = buckets
  }
}

extension Histogram {
  /// Counts values in buckets of one width, from the smallest to the largest.
  ///
  /// Values that are infinite or not a number are left out; nil where no others are. Values that are
  /// all the same fill one bucket.
  package init?(of values: [Float], bucketCount: Int = 30) {
    precondition(bucketCount > 0, "a histogram of \(bucketCount) buckets")
    let values = values.filter(\.isFinite).map(Double.init)
    guard let minimum = values.min(), let maximum = values.max() else { return nil }
    self.init(
      minimum: minimum, maximum: maximum, count: Double(values.count), sum: values.reduce(0, +),
      sumOfSquares: values.reduce(0) { $0 + $1 * $1 }, limits: [], buckets: [])
    let width = (maximum - minimum) / Double(bucketCount)
    guard width > 0 else {
      (limits, buckets) = ([maximum], [count])
      return
    }
    limits = (1..<bucketCount).map { minimum + Double($0) * width } + [maximum]
    buckets = Array(repeating: 0, count: bucketCount)
    for value in values {
      buckets[min(Int((value - minimum) / width), bucketCount - 1)] += 1
    }
  }
}
