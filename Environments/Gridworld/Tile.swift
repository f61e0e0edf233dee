import Foundation

/// Red, green and blue in 0...255.
struct RGB: Equatable, Sendable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }
}

/// The picture of one cell: drawn at three times its size and averaged, as MiniGrid does
/// (`Grid.render_tile`, `utils/rendering.py`).
struct Tile {
  /// Pixels on a side.
  static let size = 8
  private static let subdivisions = 3
  private static let fineSize = size * subdivisions

  /// `[24, 24]` colours.
  private var canvas = Array(repeating: RGB(0, 0, 0), count: fineSize * fineSize)

  /// - Parameters:
  ///   - agent: where the agent looks if it stands here.
  ///   - isHighlighted: whether the agent sees the cell.
  init(of cell: Cell, agent: Direction?, isHighlighted: Bool) {
    fill(Rectangle(x: 0...0.031, y: 0...1), RGB(100, 100, 100))
    fill(Rectangle(x: 0...1, y: 0...0.031), RGB(100, 100, 100))
    switch cell.object {
    case .empty: break
    case .wall, .goal: fill(Rectangle(x: 0...1, y: 0...1), cell.color.rgb)
    }
    if let agent { fill(AgentTriangle(direction: agent), RGB(255, 0, 0)) }
    if isHighlighted { highlight() }
  }

  /// `[8, 8, 3]`: means over subdivisions, rounded down.
  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    for y in 0..<Self.size {
      for x in 0..<Self.size {
        let fine = (0..<9).map { i in
          canvas[(y * 3 + i / 3) * Self.fineSize + x * 3 + i % 3]
        }
        for channel in [\RGB.red, \.green, \.blue] {
          bytes.append(UInt8(fine.reduce(0) { $0 + Int($1[keyPath: channel]) } / fine.count))
        }
      }
    }
    return bytes
  }

  /// Paints the fine pixels whose centres lie in a shape; the tile's sides have length 1.
  private mutating func fill(_ shape: some Shape, _ color: RGB) {
    for y in 0..<Self.fineSize {
      for x in 0..<Self.fineSize
      where shape.contains(
        x: (Double(x) + 0.5) / Double(Self.fineSize), y: (Double(y) + 0.5) / Double(Self.fineSize))
      {
        canvas[y * Self.fineSize + x] = color
      }
    }
  }

  /// Moves every colour by 30 % towards white, rounded down (`highlight_img`).
  private mutating func highlight() {
    func lightened(_ value: UInt8) -> UInt8 {
      UInt8(min(255, Double(value) + 0.3 * (255 - Double(value))))
    }
    canvas = canvas.map { RGB(lightened($0.red), lightened($0.green), lightened($0.blue)) }
  }
}

/// A shape within a tile, whose `x` goes right and `y` down from 0 to 1.
private protocol Shape {
  func contains(x: Double, y: Double) -> Bool
}

private struct Rectangle: Shape {
  var x: ClosedRange<Double>
  var y: ClosedRange<Double>

  func contains(x: Double, y: Double) -> Bool { self.x ~= x && self.y ~= y }
}

/// The agent: a triangle with the corners (0.12, 0.19), (0.87, 0.5), (0.12, 0.81), turned about the
/// tile's centre from looking right.
private struct AgentTriangle: Shape {
  var direction: Direction

  func contains(x: Double, y: Double) -> Bool {
    let angle = -0.5 * .pi * Double(direction.rawValue)
    let (dx, dy) = (x - 0.5, y - 0.5)
    let unturnedX = 0.5 + dx * cos(angle) - dy * sin(angle)
    let unturnedY = 0.5 + dy * cos(angle) + dx * sin(angle)
    // Half the height falls from 0.31 at the base to 0 at the tip.
    let share = (0.87 - unturnedX) / 0.75
    return share > 0 && share <= 1 && abs(unturnedY - 0.5) <= 0.31 * share
  }
}
