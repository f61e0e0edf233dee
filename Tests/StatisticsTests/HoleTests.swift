import Foundation
import Randomness
import Statistics
import Testing

@Suite("Aggregate posterior against prior")
struct HoleTests {
  private func normals(_ count: Int, _ columns: Int, seed: UInt64) -> [Double] {
    standardNormals(rows: count, columns: columns, key: Key(seed: seed)).map(Double.init)
  }

  private func points(_ values: [Double], _ dimensions: Int) throws -> Points {
    try Points(values, dimensions: dimensions, name: "the points")
  }

  @Test("posteriors that are all one normal distribution are as far off as it is")
  func divergence() throws {
    let posteriors = try Gaussians(
      means: [1, 1, 1, 1], deviations: [0.5, 0.5, 0.5, 0.5], dimensions: 1)
    // ½ (m² + s² − 1) − log s.
    let divergence = try AggregateDivergence(posteriors, noise: [1, -1, 1, -1])
    #expect(abs(divergence.estimate.value - (0.125 + log(2))) < 1e-9)
    #expect(divergence.sentence.hasPrefix("aggregate posterior 0.82 ± "))
    let own = try AggregateDivergence(
      posteriors, noise: [1, -1, 1, -1], logPrior: posteriors.aggregateLogDensity)
    #expect(own.estimate.value == 0)
    #expect(own.sentence == "aggregate posterior 0 nats from the prior within noise, by 4 draws")
    #expect(throws: StatisticsError.self) {
      try AggregateDivergence(posteriors, noise: [1, -1, 1, -1]) { _ in -.infinity }
    }
  }

  @Test("draws of the aggregate posterior come from all posteriors, nearer with less temperature")
  func draws() throws {
    let posteriors = try Gaussians(means: [-50, 50], deviations: [1, 3], dimensions: 1)
    let draws = posteriors.aggregateDraws(4000, key: Key(seed: 2)).map(Double.init)
    let high = draws.filter { $0 > 0 }.map { $0 - 50 }
    #expect(abs(high.count - 2000) < 150)
    let variance = high.reduce(0) { $0 + $1 * $1 } / Double(high.count)
    #expect(abs(variance / 9 - 1) < 0.12)
    #expect(
      Set(posteriors.aggregateDraws(40, temperature: 0, key: Key(seed: 2))) == [-50, 50])
  }

  @Test("the Fréchet distance of two sets on a line, by hand")
  func line() throws {
    // Means 1 and 12, variances 2 and 4.
    let distance = try FrechetDistance(points([0, 2], 1), points([10, 12, 14], 1))
    #expect(abs(distance.value - (121 + 6 - 2 * 8.0.squareRoot())) < 1e-9)
    #expect(
      distance.sentence(features: "latents")
        == "Fréchet distance 121.34 in 1 latents, of 2 and 3 samples")
  }

  @Test("a symmetric matrix is the square of its root", arguments: [1, 2, 5, 37])
  func roots(order: Int) {
    let root = normals(order, order + 3, seed: 5)
    var matrix = [Double](repeating: 0, count: order * order)
    for i in 0..<order {
      for j in 0..<order {
        for k in 0..<order + 3 {
          matrix[i * order + j] += root[i * (order + 3) + k] * root[j * (order + 3) + k]
        }
      }
    }
    let eigen = SymmetricEigen(matrix, order: order)
    let found = eigen.squareRoot
    let trace = (0..<order).reduce(0) { $0 + matrix[$1 * order + $1] }
    #expect(abs(eigen.values.reduce(0, +) / trace - 1) < 1e-12)
    for i in 0..<order {
      for j in 0..<order {
        let product = (0..<order).reduce(0) { $0 + found[i * order + $1] * found[$1 * order + j] }
        #expect(abs(product - matrix[i * order + j]) < 1e-10 * trace)
      }
    }
  }

  @Test("fewer samples than features still have a distance, which says so; the same set has none")
  func fewSamples() throws {
    let (one, other) = (normals(4, 9, seed: 1), normals(3, 9, seed: 2))
    let distance = try FrechetDistance(points(one, 9), points(other, 9))
    #expect(distance.value > 0 && distance.value.isFinite)
    #expect(
      distance.sentence(features: "latents").hasSuffix(
        "of 4 and 3 samples; fewer samples than covariances need, which makes it larger"))
    #expect(try FrechetDistance(points(one, 9), points(one, 9)).value < 1e-9)
    // All alike: no variance at all.
    #expect(try FrechetDistance(points([1, 1, 1], 1), points([3, 3], 1)).value == 4)
    #expect(throws: StatisticsError.self) {
      try FrechetDistance(points([1], 1), points([3, 3], 1))
    }
  }

  @Test("shifted points are told apart, and so are those that differ in a correlation alone")
  func toldApart() throws {
    let plain = try points(normals(300, 2, seed: 1), 2)
    let shifted = try points(normals(300, 2, seed: 2).map { $0 + 1.5 }, 2)
    let correlated = try points(
      (0..<300).flatMap { row -> [Double] in
        let pair = normals(300, 2, seed: 3)[2 * row..<2 * row + 2]
        return [pair.first ?? 0, 0.95 * (pair.first ?? 0) + 0.3 * (pair.last ?? 0)]
      }, 2)
    for other in [shifted, correlated] {
      let test = try TwoSampleTest(plain, other, key: Key(seed: 7))
      #expect(test.toldApart && test.accuracy > 0.65 && test.heldOut == 300)
      #expect(test.sentence.hasPrefix("told apart: a classifier is right on "))
      #expect(try TwoSampleTest(plain, other, key: Key(seed: 7)) == test)
    }
  }

  @Test("two sets of one distribution are not told apart, wherever it lies")
  func notToldApart() throws {
    let test = try TwoSampleTest(
      points(normals(300, 3, seed: 1).map { 1000 + $0 }, 3),
      points(normals(200, 3, seed: 2).map { 1000 + $0 }, 3), key: Key(seed: 7))
    #expect(!test.toldApart && test.heldOut == 200)
    #expect(test.sentence.hasPrefix("not told apart"))
    let constant = try points([4, 4, 4, 4], 1)
    #expect(!(try TwoSampleTest(constant, constant, key: Key(seed: 1)).toldApart))
    #expect(throws: StatisticsError.self) {
      try TwoSampleTest(points([1, 2, 3], 1), constant, key: Key(seed: 1))
    }
  }

  @Test("5 of 10 lie between 23.7 and 76.3 %, and 0 of 10 below 27.8 %")
  func intervals() {
    // Wilson's interval as statistics packages give it.
    let half = binomialInterval(5, of: 10)
    #expect(abs(half.lowerBound - 0.2366) < 1e-4 && abs(half.upperBound - 0.7634) < 1e-4)
    let none = binomialInterval(0, of: 10)
    #expect(none.lowerBound == 0 && abs(none.upperBound - 0.2775) < 1e-4)
  }
}
