import EnvironmentInterface
import Foundation
import Probes

/// Latents in the plane, coloured by one thing that is known of what they are of.
struct ScatterChart {
  let points: [LatentMap.Point]
  /// The components' shares of the variance.
  let shares: [Double]
  /// What is known, and its value at each point.
  let name: String
  let values: [TrueValue.Value]
  /// What points are.
  var noun = "moments"
  /// Rings around a place.
  var rings: (center: LatentMap.Point, radii: [Double])?

  private static let (width, height, margin) = (360.0, 300.0, 14.0)
  /// Colours that real numbers are sorted into.
  private static let shades = 12

  /// Nil where the thing does not vary.
  var figure: String? {
    let groups = self.groups
    return groups.count > 1 ? figure(groups) : nil
  }

  /// Also where all points are alike.
  var anyFigure: String { figure(groups) }

  private func figure(_ groups: [Group]) -> String {
    let frame = Frame(points + ringEnds)
    let shares = shares.map { Numbers.percent($0) }
    let words =
      "\(points.count) \(noun) on two principal components, coloured by \(name)"
    return "<figure class=\"chart\"><figcaption>\(HTML.escaped(name)) <span class=\"unit\">"
      + "components of \(shares.joined(separator: " and ")) of the variance</span></figcaption>"
      + "<svg class=\"plot\" viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" "
      + "aria-label=\"\(HTML.escaped(words))\"><title>\(HTML.escaped(words))</title>"
      + circles(frame) + groups.map { path($0, frame) }.joined() + "</svg>" + legend(groups)
      + "</figure>"
  }

  /// What the rings reach to.
  private var ringEnds: [LatentMap.Point] {
    guard let rings, let most = rings.radii.max() else { return [] }
    return [-most, most].map { .init(x: rings.center.x + $0, y: rings.center.y + $0) }
  }

  private func circles(_ frame: Frame) -> String {
    guard let rings else { return "" }
    let place = frame.place(rings.center).split(separator: " ")
    return rings.radii.map { radius in
      "<circle class=\"level\" cx=\"\(place[0])\" cy=\"\(place[1])\" "
        + "r=\"\(Numbers.place(radius * frame.scale))\" fill=\"none\"/>"
    }.joined()
  }

  private struct Group {
    let name: String
    let color: String
    var points: [LatentMap.Point] = []
  }

  private var groups: [Group] {
    let looks = Looks(values)
    var groups: [Int: Group] = [:]
    for (point, value) in zip(points, values) {
      let look = looks[value]
      groups[look.key, default: Group(name: look.name, color: look.color)].points.append(point)
    }
    return groups.sorted { $0.key < $1.key }.map(\.value)
  }

  /// How values are told apart.
  private struct Looks {
    /// The classes that occur, in their order.
    private let found: [Int]
    private let least: Double
    private let most: Double

    init(_ values: [TrueValue.Value]) {
      let choices = values.compactMap {
        if case .choice(let number, _) = $0 { number } else { nil }
      }
      let numbers = values.compactMap { if case .number(let value) = $0 { value } else { nil } }
      found = Set(choices).sorted()
      (least, most) = (numbers.min() ?? 0, numbers.max() ?? 1)
    }

    /// Where a value sorts, what it is called, and its colour.
    subscript(value: TrueValue.Value) -> (key: Int, name: String, color: String) {
      switch value {
      case .choice(let number, let names):
        let place = Double(found.firstIndex(of: number) ?? 0)
        return (number, names[number], ScatterChart.hue(place / Double(max(found.count, 1))))
      case .number(let number):
        let last = ScatterChart.shades - 1
        let share = most > least ? (number - least) / (most - least) : 0
        // A number beyond all others can have no share of their range.
        let shade = share.isFinite ? min(Int(share * Double(last + 1)), last) : 0
        let middle = least + (Double(shade) + 0.5) / Double(last + 1) * (most - least)
        return (
          shade, Numbers.short(middle), ScatterChart.shade(Double(shade) / Double(last))
        )
      }
    }
  }

  /// Round the circle, for classes; of middle lightness, to be seen on light and dark.
  private static func hue(_ turn: Double) -> String {
    "hsl(\(Int(turn * 330)) 70% \(Int(turn * 6) % 2 == 0 ? 45 : 58)%)"
  }

  /// From blue through violet to orange, for numbers.
  private static func shade(_ share: Double) -> String {
    "hsl(\(Int(220 + 170 * share) % 360) 75% \(Int(48 + 8 * share))%)"
  }

  private func path(_ group: Group, _ frame: Frame) -> String {
    let places = group.points.map { "M\(frame.place($0))h0" }
    return "<path class=\"points\" style=\"stroke:\(group.color)\" d=\"\(places.joined())\">"
      + "<title>\(HTML.escaped(group.name))</title></path>"
  }

  /// Where the plane lies on the canvas; both axes have one scale.
  private struct Frame {
    let scale: Double
    let middle: (x: Double, y: Double)

    init(_ points: [LatentMap.Point]) {
      let (x, y) = (Self.range(points.map(\.x)), Self.range(points.map(\.y)))
      middle = ((x.least + x.most) / 2, (y.least + y.most) / 2)
      scale = min(
        (ScatterChart.width - 2 * ScatterChart.margin) / max(x.most - x.least, 1e-9),
        (ScatterChart.height - 2 * ScatterChart.margin) / max(y.most - y.least, 1e-9))
    }

    private static func range(_ values: [Double]) -> (least: Double, most: Double) {
      (values.min() ?? 0, values.max() ?? 0)
    }

    func place(_ point: LatentMap.Point) -> String {
      let column = ScatterChart.width / 2 + (point.x - middle.x) * scale
      let row = ScatterChart.height / 2 - (point.y - middle.y) * scale
      return "\(Numbers.place(column)) \(Numbers.place(row))"
    }
  }

  private func legend(_ groups: [Group]) -> String {
    let shown = groups.count <= 24 ? groups : []
    let items = shown.map {
      "<li><i class=\"swatch dots\" style=\"color:\($0.color)\"></i>\(HTML.escaped($0.name))</li>"
    }
    return "<ul class=\"legend\">\(items.joined())</ul>"
  }
}

extension ScatterChart {
  /// - Parameter index: which thing of the true state.
  init(map: LatentMap, index: Int) {
    self.init(
      points: map.points, shares: map.shares, name: map.truth[0][index].name,
      values: map.truth.map { $0[index].value })
  }
}
