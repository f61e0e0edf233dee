import Foundation
import Kernels
import Randomness
import Testing

import Statistics

@Suite("Logistic regression")
struct LogisticTests {
  init() throws { try GEMM.load() }

  @Test("without a penalty, odds of 3 to 1 have an intercept's difference of log 3")
  func odds() {
    let table = FeatureTable([1, 1, 1, 1], columns: 1, fitRows: 4)
    let map = LogisticRegression(
      table.part(0..<4, columns: 0..<1), labels: [0, 1, 0, 0], classes: 2, strength: 0)
    #expect(abs(map.parameters[2] - map.parameters[3] - log(3)) < 1e-3)
    #expect(map.predictions(table.part(0..<4, columns: 0..<1)) == [0, 0, 0, 0])
  }

  @Test("the gradient is what finite differences say")
  func gradient() {
    var generator = Generator(key: Key(seed: 1))
    let table = FeatureTable(
      (0..<21).map { _ in Float(generator.normal()) }, columns: 3, fitRows: 7)
    let objective = LogisticObjective(
      table.part(0..<7, columns: 0..<3), labels: [0, 1, 2, 0, 1, 2, 2], classes: 3, strength: 0.1)
    let point = (0..<12).map { _ in generator.normal() }
    let gradient = objective(point).gradient
    for index in point.indices {
      var (above, below) = (point, point)
      above[index] += 0.01
      below[index] -= 0.01
      let difference = (objective(above).value - objective(below).value) / 0.02
      #expect(abs(gradient[index] - difference) < 2e-4)
    }
  }

  @Test("a class between two others is found, which least squares on classes would miss")
  func middleClass() {
    let table = FeatureTable((0..<30).map { Float($0) }, columns: 1, fitRows: 30)
    let labels = (0..<30).map { $0 / 10 }
    let part = table.part(0..<30, columns: 0..<1)
    let map = LogisticRegression(part, labels: labels, classes: 3, strength: 1e-4)
    #expect(map.predictions(part) == labels)
  }
}
