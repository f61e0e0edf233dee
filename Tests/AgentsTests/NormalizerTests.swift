import Agents
import TestSupport
import Testing

@Suite("normalisers")
struct NormalizerTests {
  @Test("percentiles are linear between neighbours")
  func percentiles() {
    let values: [Float] = [0, 10, 20, 30, 50]
    let found = [0, 5, 50, 95, 100].map { percentile(of: values, $0) }
    // 5 % of four gaps is 0.2 of the first; 95 % is 0.8 into the last.
    #expect(largestError(found, [0, 2, 20, 46, 50]) < 1e-6)
    #expect(percentile(of: [7], 95) == 7)
  }

  @Test("with a rate of 0 nothing is averaged, and nothing becomes of that but zero")
  func noRate() {
    var configuration = NormalizerConfiguration(impl: "meanstd", limit: 0.5, debias: true)
    configuration.rate = 0
    var normalizer = Normalizer(configuration)
    normalizer.update([1, 2, 3])
    #expect(normalizer.statistics.offset == 0 && normalizer.statistics.scale == 0.5)
  }

  private func normalizer(_ impl: String, limit: Double, debias: Bool, _ batches: [[Float]])
    -> Normalizer
  {
    var normalizer = Normalizer(
      NormalizerConfiguration(impl: impl, limit: limit, debias: debias))
    for batch in batches { normalizer.update(batch) }
    return normalizer
  }

  private func statistics(_ normalizer: Normalizer) -> [Float] {
    [normalizer.statistics.offset, normalizer.statistics.scale]
  }

  /// 0 to 10 000 in steps of 100, out of order: percentiles 500 and 9 500.
  static let spread = (0...100).map { Float($0 * 37 % 101) * 100 }

  @Test("percentiles start at zero and move by a hundredth, with no correction")
  func perc() {
    let once = normalizer("perc", limit: 1, debias: false, [Self.spread])
    #expect(largestError(statistics(once), [5, 90]) < 1e-6)
    let twice = normalizer("perc", limit: 1, debias: false, [Self.spread, Self.spread])
    #expect(largestError(statistics(twice), [9.95, 179.1]) < 1e-6)
    #expect(once.stored.map(\.name) == ["lo", "hi"])
  }

  @Test("the scale of returns is never below 1")
  func limit() {
    let small = normalizer("perc", limit: 1, debias: false, [[0, 0.5, 1]])
    #expect(small.statistics.scale == 1)
    #expect(
      Normalizer(NormalizerConfiguration(impl: "perc", limit: 1, debias: false)).statistics.scale
        == 1)
  }

  @Test("corrected percentiles are the batch's own after one update")
  func debiased() {
    let once = normalizer("perc", limit: 1, debias: true, [Self.spread])
    #expect(largestError(statistics(once), [500, 9000]) < 1e-6)
    #expect(once.stored.map(\.name) == ["lo", "hi", "corr"])
  }

  /// Means 2 and 6, mean squares 5 and 37. After the first update 0.02 and 0.05, whose deviation is
  /// √0.0496; after the second 0.0798 and 0.4195 with a weight of 0.0199.
  @Test("mean and standard deviation, corrected or not")
  func meanstd() {
    let (first, second): ([Float], [Float]) = ([1, 3], [5, 7])
    #expect(
      largestError(
        statistics(normalizer("meanstd", limit: 1e-8, debias: false, [first])), [0.02, 0.2227106])
        < 1e-6)
    #expect(
      largestError(statistics(normalizer("meanstd", limit: 1e-8, debias: true, [first])), [2, 1])
        < 1e-5)
    #expect(
      largestError(
        statistics(normalizer("meanstd", limit: 1e-8, debias: true, [first, second])),
        [4.0100503, 2.2360454]) < 1e-5)
  }

  @Test("none leaves numbers alone")
  func none() {
    #expect(statistics(normalizer("none", limit: 1e-8, debias: true, [Self.spread])) == [0, 1])
    #expect(normalizer("none", limit: 1e-8, debias: true, []).stored.isEmpty)
  }
}
