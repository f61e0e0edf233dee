import Foundation
import Kernels
import Randomness
import Testing

import Statistics

@Suite("Small solvers")
struct SolverTests {
  @Test("a factor solves a system worked by hand")
  func cholesky() throws {
    // L = [[2], [1, 3], [-1, 2, 1]].
    let factor = try #require(Cholesky([4, 2, -2, 2, 10, 5, -2, 5, 6], order: 3))
    // A (1, 2, 3) = (4 + 4 - 6, 2 + 20 + 15, -2 + 10 + 18).
    let solution = factor.solve([2, 37, 26])
    for (value, expected) in zip(solution, [1.0, 2, 3]) { #expect(abs(value - expected) < 1e-12) }
  }

  @Test("a random system of 37 is solved", arguments: 0..<3)
  func randomSystem(seed: Int) throws {
    var generator = Generator(key: Key(seed: UInt64(seed)))
    let order = 37
    let root = (0..<order * order).map { _ in generator.normal() }
    var matrix = [Double](repeating: 0, count: order * order)
    for row in 0..<order {
      for column in 0..<order {
        for index in 0..<order {
          matrix[row * order + column] += root[row * order + index] * root[column * order + index]
        }
      }
      matrix[row * order + row] += 0.1
    }
    let wanted = (0..<order).map { _ in generator.normal() }
    let right = (0..<order).map { row in
      (0..<order).reduce(0) { $0 + matrix[row * order + $1] * wanted[$1] }
    }
    let solution = try #require(Cholesky(matrix, order: order)).solve(right)
    for (value, expected) in zip(solution, wanted) { #expect(abs(value - expected) < 1e-8) }
  }

  @Test("what is not positive definite, or no number, has no factor")
  func indefinite() {
    #expect(Cholesky([1, 2, 2, 1], order: 2) == nil)
    #expect(Cholesky([.nan], order: 1) == nil)
  }

  @Test("a narrow curved valley is followed to its lowest point")
  func valley() {
    // Rosenbrock's function.
    let point = QuasiNewton(steps: 200, tolerance: 1e-9).minimum(
      of: { x in
        let (a, b) = (1 - x[0], x[1] - x[0] * x[0])
        return (a * a + 100 * b * b, [-2 * a - 400 * x[0] * b, 200 * b])
      }, from: [-1.2, 1])
    #expect(abs(point[0] - 1) < 1e-6 && abs(point[1] - 1) < 1e-6)
  }

  @Test("features have mean 0 and deviation 1, and are 0 where they do not vary")
  func standardised() {
    // The last row is not among those that means and deviations are of.
    let table = FeatureTable([1, 7, 3, 7, 10, 9], columns: 2, fitRows: 2)
    #expect(table.values(row: 0, columns: 0..<2) == [-1, 0])
    #expect(table.values(row: 1, columns: 0..<2) == [1, 0])
    #expect(table.values(row: 2, columns: 0..<1) == [8])
  }

  @Test("a penalty of s shrinks a single weight to 1 / (1 + s) of what it was")
  func ridge() throws {
    try GEMM.load()
    let table = FeatureTable([-1, 1, -1, 1], columns: 1, fitRows: 4)
    // y = 5 + 2 x.
    let equations = NormalEquations(table, rows: 0..<2, targets: [3, 7])
    let more = NormalEquations(table, rows: 2..<4, targets: [3, 7])
    for all in [equations, equations + more] {
      let map = try #require(all.regression(columns: 0..<1, strength: 0.25))
      #expect(abs(map.weights[0] - 1.6) < 1e-6)
      #expect(abs(map.intercept - 5) < 1e-6)
      let predictions = map.predictions(table, rows: 0..<2, columns: 0..<1)
      #expect(abs(predictions[0] - 3.4) < 1e-6 && abs(predictions[1] - 6.6) < 1e-6)
    }
  }

  @Test("R² is 1 for the truth, 0 for its mean, and less for worse")
  func determinations() {
    #expect(explainedShare(of: [1, 2, 3], [1, 2, 3]) == 1)
    #expect(explainedShare(of: [2, 2, 2], [1, 2, 3]) == 0)
    #expect(explainedShare(of: [3, 2, 1], [1, 2, 3]) == -3)
    #expect(explainedShare(of: [1, 1], [1, 1]) == 0)
  }
}
