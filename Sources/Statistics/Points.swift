/// Points of a space, `[N, D]`, in double precision; every number is finite.
package struct Points: Sendable, Equatable {
  /// N, at least 1.
  package let count: Int
  /// D, at least 1.
  package let dimensions: Int
  /// Row after row.
  package let values: [Double]

  /// - Parameters:
  ///   - values: `[N, D]`.
  ///   - name: what errors call them: "the latents".
  /// - Throws: ``StatisticsError`` where there are none, or a number that is not finite.
  package init(_ values: [Double], dimensions: Int, name: String) throws {
    precondition(
      dimensions > 0 && values.count % dimensions == 0,
      "\(values.count) numbers in rows of \(dimensions)")
    guard !values.isEmpty else {
      throw StatisticsError("there are no numbers among \(name)", remedy: "give at least one row")
    }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw StatisticsError(
        "\(name) hold \(values[place]) in row \(place / dimensions), column \(place % dimensions)",
        remedy: "find out what made it: nothing can be measured of numbers that are none")
    }
    (self.values, self.dimensions, count) = (values, dimensions, values.count / dimensions)
  }

  /// The same of numbers in single precision.
  package init(_ values: [Float], dimensions: Int, name: String) throws {
    try self.init(values.map(Double.init), dimensions: dimensions, name: name)
  }

  /// Rows that are known to be finite.
  private init(finite values: [Double], dimensions: Int) {
    (self.values, self.dimensions, count) = (values, dimensions, values.count / dimensions)
  }

  package subscript(row: Int) -> ArraySlice<Double> {
    values[row * dimensions..<(row + 1) * dimensions]
  }

  /// One dimension of all points.
  package func column(_ column: Int) -> [Double] {
    (0..<count).map { values[$0 * dimensions + column] }
  }

  /// Some rows, at least one, in the order of their numbers.
  package func rows(_ numbers: [Int]) -> Points {
    precondition(!numbers.isEmpty, "no rows")
    return Points(finite: numbers.flatMap { self[$0] }, dimensions: dimensions)
  }

  /// `[D]`.
  package var means: [Double] {
    var sums = [Double](repeating: 0, count: dimensions)
    for row in 0..<count {
      for column in 0..<dimensions { sums[column] += values[row &* dimensions &+ column] }
    }
    return sums.map { $0 / Double(count) }
  }

  /// `[D]`, over N − 1; of a single point zeros.
  package var variances: [Double] {
    let means = means
    var sums = [Double](repeating: 0, count: dimensions)
    for row in 0..<count {
      for column in 0..<dimensions {
        let deviation = values[row &* dimensions &+ column] - means[column]
        sums[column] += deviation * deviation
      }
    }
    return sums.map { $0 / Double(max(count - 1, 1)) }
  }

  /// `[D, D]`, over N − 1; of a single point zeros.
  package var covariance: [Double] {
    let (means, size) = (means, dimensions)
    var sums = [Double](repeating: 0, count: size * size)
    var deviations = [Double](repeating: 0, count: size)
    for row in 0..<count {
      for column in 0..<size {
        deviations[column] = values[row &* size &+ column] - means[column]
      }
      for i in 0..<size {
        for j in 0...i { sums[i &* size &+ j] += deviations[i] * deviations[j] }
      }
    }
    for i in 0..<size {
      for j in 0...i {
        sums[i * size + j] /= Double(max(count - 1, 1))
        sums[j * size + i] = sums[i * size + j]
      }
    }
    return sums
  }
}

/// Why something cannot be measured.
package struct StatisticsError: Error, Equatable, CustomStringConvertible {
  package let problem: String
  package let remedy: String

  package init(_ problem: String, remedy: String) {
    (self.problem, self.remedy) = (problem, remedy)
  }

  package var description: String { "\(problem); \(remedy)" }
}
