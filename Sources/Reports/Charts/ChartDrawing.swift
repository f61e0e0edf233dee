import Files
import Foundation

/// A chart on a canvas of a certain size.
struct ChartDrawing {
  private let chart: CurveChart
  private let width: Double
  private let height: Double
  private let x: Axis
  private let y: Axis
  private static let margin = (left: 46.0, right: 10.0, top: 10.0, bottom: 36.0)

  init(_ chart: CurveChart, width: Double, height: Double) {
    (self.chart, self.width, self.height) = (chart, width, height)
    let points = chart.series.flatMap(\.points)
    let means = points.map(\.y) + chart.levels.map(\.y)
    let ends = points.flatMap { point in
      point.interval.map { [$0.lowerBound, $0.upperBound] } ?? []
    }
    let isLogarithmic = chart.mayBeLogarithmic && Axis.wantsLogarithm(means)
    let bars = chart.series.filter { $0.mark == .bars }.flatMap(\.points)
    // Bars stand on 0, half of their width to either side of their places.
    x = Axis(points.map(\.x) + bars.flatMap { [$0.x - 0.5, $0.x + 0.5] }, padding: 0)
    y = Axis(means + ends + (bars.isEmpty ? [] : [0]), isLogarithmic: isLogarithmic)
  }

  var svg: String {
    let parts =
      grid + chart.levels.map(level) + chart.series.map(band) + chart.series.map(curve)
    return "<svg class=\"plot\" viewBox=\"0 0 \(Int(width)) \(Int(height))\" role=\"img\" "
      + "aria-label=\"\(HTML.escaped(description))\" data-chart=\"\(HTML.escaped(data))\">"
      + "<title>\(HTML.escaped(chart.title))</title><desc>\(HTML.escaped(description))</desc>"
      + parts.joined() + "<line class=\"cursor\" y1=\"\(text(Self.margin.top))\" "
      + "y2=\"\(text(height - Self.margin.bottom))\"/></svg>"
  }

  // MARK: places

  private func text(_ value: Double) -> String { Numbers.place(value) }

  private func column(_ value: Double) -> Double {
    Self.margin.left + x.share(value) * (width - Self.margin.left - Self.margin.right)
  }

  private func row(_ value: Double) -> Double {
    let share = min(max(y.share(value), 0), 1)
    return height - Self.margin.bottom - share * (height - Self.margin.top - Self.margin.bottom)
  }

  private func pair(_ across: Double, _ up: Double) -> String {
    "\(text(column(across))) \(text(row(up)))"
  }

  // MARK: parts

  private var grid: [String] {
    let (left, right) = (text(Self.margin.left), text(width - Self.margin.right))
    let bottom = height - Self.margin.bottom
    let across = y.ticks(5).map { tick in
      "<line class=\"grid\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(text(row(tick)))\" "
        + "y2=\"\(text(row(tick)))\"/><text x=\"\(text(Self.margin.left - 6))\" "
        + "y=\"\(text(row(tick) + 3.5))\" text-anchor=\"end\">\(Numbers.short(tick))</text>"
    }
    let down = x.ticks(width > 500 ? 8 : 4).map { tick in
      let isLast = column(tick) > width - Self.margin.right - 12
      return "<text x=\"\(text(min(column(tick), width - 2)))\" y=\"\(text(bottom + 15))\" "
        + "text-anchor=\"\(isLast ? "end" : "middle")\">\(Numbers.short(tick))</text>"
    }
    return across + down + [
      "<line class=\"axis\" x1=\"\(left)\" x2=\"\(right)\" y1=\"\(text(bottom))\" "
        + "y2=\"\(text(bottom))\"/>",
      "<text class=\"name\" x=\"\(right)\" y=\"\(text(bottom + 30))\" text-anchor=\"end\">"
        + "\(HTML.escaped(chart.xName))\(y.isLogarithmic ? " · logarithmic scale" : "")</text>",
    ]
  }

  private func level(_ level: CurveChart.Level) -> String {
    "<line class=\"level\" x1=\"\(text(Self.margin.left))\" "
      + "x2=\"\(text(width - Self.margin.right))\" y1=\"\(text(row(level.y)))\" "
      + "y2=\"\(text(row(level.y)))\"/>"
  }

  private func band(_ series: CurveChart.Series) -> String {
    // Where there is no interval the band is cut.
    series.points.split { $0.interval == nil }.filter { $0.count > 1 }.map { points in
      let upper = points.map { pair($0.x, $0.interval?.upperBound ?? $0.y) }
      let lower = points.reversed().map { pair($0.x, $0.interval?.lowerBound ?? $0.y) }
      return area(upper + lower, series)
    }.joined()
  }

  private func area(_ corners: [String], _ series: CurveChart.Series) -> String {
    "<path class=\"band\" style=\"fill:var(--c\(series.color % 8))\" "
      + "d=\"M\(corners.joined(separator: "L"))Z\"/>"
  }

  private func curve(_ series: CurveChart.Series) -> String {
    guard !series.points.isEmpty else { return "" }
    let places = series.points.map { pair($0.x, $0.y) }
    let color = "style=\"stroke:var(--c\(series.color % 8))\""
    switch series.mark {
    case .dots:
      return "<path class=\"dots\" \(color) d=\"\(places.map { "M\($0)h0" }.joined())\"/>"
    case .bars:
      return "<path style=\"fill:var(--c\(series.color % 8))\" d=\"\(bars(series))\"/>"
    case .line, .dashed, .faint:
      // One point alone is a dot.
      let line = "M" + places.joined(separator: "L") + (places.count == 1 ? "h0" : "")
      return "<path class=\"curve \(series.mark)\" \(color) d=\"\(line)\"/>"
    }
  }

  private func bars(_ series: CurveChart.Series) -> String {
    let bottom = height - Self.margin.bottom
    return series.points.map { point in
      let (left, right) = (text(column(point.x - 0.4)), text(column(point.x + 0.4)))
      return "M\(left) \(text(bottom))V\(text(row(point.y)))H\(right)V\(text(bottom))Z"
    }.joined()
  }

  // MARK: words and numbers

  private var description: String {
    let parts = chart.series.filter { $0.mark != .faint }.compactMap { series -> String? in
      guard let first = series.points.first, let last = series.points.last else { return nil }
      return "\(series.name): from \(Numbers.short(first.y)) to \(Numbers.short(last.y))"
    }
    return "\(chart.title), over \(chart.xName). \(parts.prefix(8).joined(separator: "; "))."
  }

  /// What the script shows beside the pointer.
  private var data: String {
    let series = chart.series.filter { $0.mark != .faint }.map { series in
      let points = series.points.map { "[\(text(column($0.x))),\"\(Numbers.short($0.y))\"]" }
      return "{\"n\":\(ForeignText.quoted(series.name)),\"c\":\(series.color % 8),"
        + "\"p\":[\(points.joined(separator: ","))]}"
    }
    let ends = [x.lower, x.upper].map { "\($0)" }
    return "{\"x\":[\(Self.margin.left),\(width - Self.margin.right),\(ends[0]),\(ends[1])],"
      + "\"s\":[\(series.joined(separator: ","))]}"
  }
}
