import Runs
import Testing

@Suite("Charts in text")
struct TextChartTests {
  @Test("bars are eighths of a row, from the least value to the greatest")
  func bars() throws {
    let points = (0..<5).map { (step: $0 * 10, value: Double($0) / 4) }
    let chart = try #require(TextChart(points, width: 5, height: 2))
    // 0, ¼, ½, ¾ and 1 of sixteen eighths, the least one eighth.
    #expect(
      chart.lines == [
        "1.00 │   ▄█",
        "0.00 │▁▄███",
        "      0  40",
      ])
  }

  @Test("a column shows the mean of its points, and none where there is no point")
  func columns() throws {
    let points = [(0, 0.0), (1, 2.0), (100, 2.0)].map { (step: $0.0, value: $0.1) }
    let chart = try #require(TextChart(points, width: 3, height: 1))
    #expect(chart.lines == ["2.00 │▁ █", "      0 100"])
  }

  @Test("what is all the same stands half high, and what is not finite is left out")
  func flat() throws {
    let points = [(0, 5.0), (9, .nan), (10, 5.0)].map { (step: $0.0, value: $0.1) }
    #expect(TextChart(points, width: 2, height: 1)?.lines == ["5.00 │▄▄", "      0 10"])
    #expect(TextChart([]) == nil)
  }

  @Test("any step and any value of a file has its place, or none")
  func extremes() throws {
    let points = [(Int.min, 1.0), (Int.max, 3.0), (0, 1e308), (1, -1e308), (2, 1e308)].map {
      (step: $0.0, value: $0.1)
    }
    let chart = try #require(TextChart(points, width: 4, height: 1))
    #expect(chart.lines[0] == "3.00 │▁  █")
  }
}
