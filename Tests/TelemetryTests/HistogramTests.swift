import Telemetry
import Testing

@Suite("Histograms")
struct HistogramTests {
  @Test("buckets are of one width; the largest value is in the last")
  func literal() throws {
    let histogram = try #require(Histogram(of: [0, 1, 1.5, 2, 3.5, 4], bucketCount: 4))
    #expect(
      histogram
        == Histogram(
          minimum: 0, maximum: 4, count: 6, sum: 12, sumOfSquares: 35.5, limits: [1, 2, 3, 4],
          buckets: [1, 2, 1, 2]))
  }

  @Test("equal values fill one bucket")
  func equalValues() throws {
    let histogram = try #require(Histogram(of: [3, 3]))
    #expect(histogram.limits == [3])
    #expect(histogram.buckets == [2])
  }

  @Test("values that are not finite are left out, and where no others are there is no histogram")
  func nonFinite() {
    #expect(Histogram(of: [1, .nan, .infinity]) == Histogram(of: [1]))
    #expect(Histogram(of: [-.infinity]) == nil)
    #expect(Histogram(of: []) == nil)
  }
}
