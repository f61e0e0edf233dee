import Foundation
import Randomness
import Statistics
import Testing

@Suite("Disentanglement")
struct DisentanglementTests {
  /// 40 inputs: a latent that is the first factor, one that is the second, one that is neither.
  private func example(still: Bool = false) throws -> (Points, Factors) {
    let (latents, factors) = (0..<40).reduce(into: ([Float](), [Int]())) { all, row in
      let (side, shape) = (row % 2, row / 2 % 4)
      all.0 += [Float(side) * 3 - 1, Float(shape), Float(row * 7 % 5)]
      all.1 += [10 * side, still ? 5 : shape]
    }
    return (
      try Points(latents, dimensions: 3, name: "the latents"),
      try Factors(factors, names: ["side", "shape"])
    )
  }

  @Test("bins have their lower edge, the last one both; a column of one value is all in one bin")
  func bins() throws {
    let points = try Points(
      [0, 4, 1, 4, 1.9, 4, 2, 4, 4, 4] as [Float], dimensions: 2, name: "the points")
    let numbers = binned(points, bins: 4)
    #expect(stride(from: 0, to: 10, by: 2).map { numbers[$0] } == [1, 2, 2, 3, 4])
    #expect(stride(from: 1, to: 10, by: 2).map { numbers[$0] } == [3, 3, 3, 3, 3])
    #expect(binned(points, bins: 1) == Array(repeating: 1, count: 10))
  }

  @Test("two columns tell of each other what they share")
  func information() {
    #expect(abs(mutualInformation([0, 0, 1, 1], [5, 5, 2, 2]) - log(2)) < 1e-12)
    #expect(mutualInformation([0, 0, 1, 1], [0, 1, 0, 1]) == 0)
    // H(a) = log 2, H(b) = H(3/4, 1/4), H(a, b) = H(1/2, 1/4, 1/4).
    let expected = log(2) + (0.75 * log(4.0 / 3) + 0.25 * log(4)) - 1.5 * log(2)
    #expect(abs(mutualInformation([0, 0, 1, 1], [0, 0, 0, 1]) - expected) < 1e-12)
  }

  @Test("a latent for each factor has gaps of 1")
  func gap() throws {
    let (latents, factors) = try example()
    let gap = MutualInformationGap(latents, factors)
    for value in gap.gaps { #expect(abs(try #require(value) - 1) < 1e-9) }
    #expect(gap.sentence == "mutual information gap 1.00 over 2 factors")
  }

  @Test("a factor that does not vary is left out, and said to be")
  func still() throws {
    let (latents, factors) = try example(still: true)
    let gap = MutualInformationGap(latents, factors)
    #expect(gap.gaps[1] == nil && gap.factorEntropies[1] == 0)
    #expect(abs(try #require(gap.value) - 1) < 1e-9)
    #expect(
      gap.sentence
        == "mutual information gap 1.00 over 1 factor; 'shape' does not vary and is left out")
    let nothing = MutualInformationGap(
      try Points([1, 2] as [Float], dimensions: 1, name: "the latents"),
      try Factors([4, 4], names: ["side"]))
    #expect(nothing.value == nil)
    #expect(nothing.sentence == "mutual information gap undefined: no factor varies")
    #expect(throws: StatisticsError.self) { try Factors([], names: ["side"]) }
  }

  @Test("latents that are constant know nothing, and a single latent has the whole gap")
  func constants() throws {
    let latents = try Points([0, 1, 0, 1] as [Float], dimensions: 1, name: "the latents")
    let flat = try Points([3, 3, 3, 3] as [Float], dimensions: 1, name: "the latents")
    let factors = try Factors([0, 1, 0, 1], names: ["side"])
    #expect(MutualInformationGap(flat, factors).value == 0)
    #expect(abs(try #require(MutualInformationGap(latents, factors).value) - 1) < 1e-12)
  }

  @Test("one latent a factor scores 1, all latents alike score 0, weights count")
  func importances() throws {
    let whole = try Disentanglement(importance: [[2, 0], [0, 3]])
    #expect(abs(whole.disentanglement - 1) < 1e-9 && abs(whole.completeness - 1) < 1e-9)
    let none = try Disentanglement(importance: [[1, 1], [1, 1]])
    #expect(abs(none.disentanglement) < 1e-9 && abs(none.completeness) < 1e-9)
    // The first latent of weight 3 is disentangled, the second of weight 1 not at all.
    let mixed = try Disentanglement(importance: [[3, 0], [0.5, 0.5]])
    #expect(abs(mixed.disentanglement - 0.75) < 1e-9)
    #expect(try Disentanglement(importance: [[0, 0], [0, 0]]).disentanglement < 1e-9)
    #expect(throws: StatisticsError.self) { try Disentanglement(importance: [[1, .nan]]) }
    #expect(throws: StatisticsError.self) { try Disentanglement(importance: [[1, -1]]) }
  }

  @Test("trees find which latent tells a factor, on inputs that they have not seen")
  func prediction() throws {
    // Even and odd rows have the same sides and shapes only where the period is odd.
    let rows = 0..<90
    let latents = try Points(
      rows.flatMap { [Float($0 % 3), Float($0 % 5), Float($0 * 7 % 11)] }, dimensions: 3,
      name: "the latents")
    let factors = try Factors(rows.flatMap { [$0 % 3, $0 % 5 / 3] }, names: ["shape", "side"])
    let prediction = try FactorPrediction(latents, factors)
    #expect(prediction.accuracies == [1, 1] && prediction.heldOut == 45)
    #expect(prediction.importance[0][0] > 0.999 && prediction.importance[1][1] > 0.999)
    #expect(abs(prediction.baselines[0] - 1.0 / 3) < 0.01 && prediction.baselines[1] == 0.6)
    #expect(prediction.sentence.hasPrefix("factors told on 100.0 % of 45 held-out inputs (46.7 %"))
    let scores = try Disentanglement(importance: prediction.importance)
    #expect(scores.sentence.hasPrefix("disentanglement 1.00, completeness 1.00"))
    #expect(try FactorPrediction(latents, factors) == prediction)
  }

  @Test("depth 2 tells an exclusive or, which depth 1 cannot")
  func exclusiveOr() throws {
    // Unbalanced by one row, so that the first split gains something.
    let rows = [(0, 0), (0, 1), (1, 0), (1, 1), (0, 0), (0, 1), (1, 0), (1, 1), (1, 1)]
    let features = try Points(
      rows.flatMap { [Float($0.0), Float($0.1)] }, dimensions: 2, name: "the features")
    let labels = rows.map { $0.0 ^ $0.1 }
    var settings = BoostedTrees.Settings()
    settings.depth = 2
    let trees = BoostedTrees(features, labels: labels, classes: 2, settings)
    #expect(trees.predictions(features) == labels)
    settings.depth = 1
    let stumps = BoostedTrees(features, labels: labels, classes: 2, settings)
    #expect(stumps.predictions(features) != labels)
  }

  @Test("the first tree's step is Newton's, by hand")
  func firstStep() throws {
    // Classes of 1 and 3 rows: residuals of the first are ¾ and thrice −¼. Split, the leaves are
    // ½ · ¾ / (¾ · ¼) = 2 and ½ · −¾ / (3 · ¼ · ¾) = −⅔; of the second class the negatives.
    let features = try Points([0, 1, 1, 1] as [Float], dimensions: 1, name: "the features")
    var settings = BoostedTrees.Settings()
    (settings.rounds, settings.rate) = (1, 1)
    // log ¼ + 2 > log ¾ − 2 at the first row.
    let trees = BoostedTrees(features, labels: [0, 1, 1, 1], classes: 2, settings)
    #expect(trees.predictions(features) == [0, 1, 1, 1] && trees.importances == [1])
    // A rate of 0.27 leaves log ¼ + 0.54 < log ¾ − 0.54, one of 0.28 does not.
    for (rate, expected) in [(0.27, 1), (0.28, 0)] {
      settings.rate = rate
      let trees = BoostedTrees(features, labels: [0, 1, 1, 1], classes: 2, settings)
      #expect(trees.predictions(features)[0] == expected)
    }
  }

  @Test("a class without rows, a single class and features that do not vary are no trouble")
  func edges() throws {
    let features = try Points([0, 1, 2, 3] as [Float], dimensions: 1, name: "the features")
    let gappy = BoostedTrees(features, labels: [0, 0, 2, 2], classes: 4)
    #expect(gappy.predictions(features) == [0, 0, 2, 2])
    let single = BoostedTrees(features, labels: [1, 1, 1, 1], classes: 2)
    #expect(single.predictions(features) == [1, 1, 1, 1] && single.importances == [0])
    let flat = try Points([5, 5, 5, 5] as [Float], dimensions: 1, name: "the features")
    let blind = BoostedTrees(flat, labels: [0, 1, 1, 1], classes: 2)
    #expect(blind.predictions(flat) == [1, 1, 1, 1] && blind.importances == [0])
    #expect(throws: StatisticsError.self) {
      try FactorPrediction(
        Points([1] as [Float], dimensions: 1, name: "the latents"),
        Factors([1], names: ["side"]))
    }
  }
}
