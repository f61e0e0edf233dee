import Foundation

/// Curves over one axis, drawn as SVG. Words stand in `<title>` and `<desc>`, the numbers in
/// `data-chart` for the page's script.
package struct CurveChart {
  package struct Point {
    package var x: Double
    package var y: Double
    /// The ends of an interval around `y`.
    package var interval: ClosedRange<Double>?
  }

  enum Mark { case line, dashed, dots, faint, bars }

  struct Series {
    let name: String
    /// Of the page's colours.
    let color: Int
    let points: [Point]
    var mark = Mark.line
  }

  /// A level to compare with.
  struct Level {
    let name: String
    let y: Double
  }

  let title: String
  let unit: String
  var xName = "environment steps"
  var series: [Series]
  var levels: [Level] = []
  /// Whether the axis may be logarithmic where the numbers want it.
  var mayBeLogarithmic = false

  /// Whether there is nothing to draw.
  var isEmpty: Bool { series.allSatisfy(\.points.isEmpty) }

  /// The chart with its heading and legend.
  ///
  /// - Parameter isWide: whether it has the page's width on a large screen: it is drawn for both.
  func figure(isWide: Bool = false) -> String {
    let drawings =
      isWide
      ? "<div class=\"wide\">\(svg(width: 760, height: 320))</div>"
        + "<div class=\"narrow\">\(svg(width: 360, height: 260))</div>"
      : svg(width: 360, height: 230)
    return "<figure class=\"chart\"><figcaption>\(HTML.escaped(title)) "
      + "<span class=\"unit\">\(HTML.escaped(unit))</span></figcaption>\(drawings)\(legend)</figure>"
  }

  private var legend: String {
    let named = series.filter { $0.mark != .faint }
    guard named.count > 1 || !levels.isEmpty else { return "" }
    let entries =
      named.map { series in
        let style =
          [.line, .bars].contains(series.mark) ? "" : series.mark == .dots ? " dots" : " dashed"
        return "<li><i class=\"swatch\(style)\" style=\"color:var(--c\(series.color % 8))\"></i>"
          + "\(HTML.escaped(series.name))</li>"
      }
      + levels.map {
        "<li><i class=\"swatch dashed\" style=\"color:var(--faint)\"></i>"
          + "\(HTML.escaped($0.name)) (\(Numbers.short($0.y)))</li>"
      }
    return "<ul class=\"legend\">\(entries.joined())</ul>"
  }

  private func svg(width: Int, height: Int) -> String {
    ChartDrawing(self, width: Double(width), height: Double(height)).svg
  }
}
