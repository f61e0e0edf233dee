import Foundation

/// Red, green and blue in 0...255.
struct RGB: Equatable, Sendable {
  var red: UInt8
  var green: UInt8
  var blue: UInt8

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    (self.red, self.green, self.blue) = (red, green, blue)
  }

  static let black = RGB(0, 0, 0)

  /// Darker, rounded down.
  func scaled(by factor: Double) -> RGB {
    func scaled(_ value: UInt8) -> UInt8 { UInt8(factor * Double(value)) }
    return RGB(scaled(red), scaled(green), scaled(blue))
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
  private var canvas = Array(repeating: RGB.black, count: fineSize * fineSize)

  /// The cell with nobody in it.
  init(of cell: Cell) {
    fill(Rectangle(x: 0...0.031, y: 0...1), RGB(100, 100, 100))
    fill(Rectangle(x: 0...1, y: 0...0.031), RGB(100, 100, 100))
    switch cell.object {
    case .empty: break
    case .wall, .goal: fill(.whole, cell.color.rgb)
    case .floor: fill(Rectangle(x: 0.031...1, y: 0.031...1), cell.color.rgb.scaled(by: 0.5))
    case .door: drawDoor(cell.state, cell.color.rgb)
    case .key: drawKey(cell.color.rgb)
    case .ball: fill(Disc(x: 0.5, y: 0.5, radius: 0.31), cell.color.rgb)
    case .box: drawBox(cell.color.rgb)
    case .lava: drawLava()
    }
  }

  /// - Parameters:
  ///   - agent: where the agent looks if it stands here.
  ///   - isHighlighted: whether the agent sees the cell.
  func with(agent: Direction?, isHighlighted: Bool) -> Tile {
    var tile = self
    if let agent { tile.fill(AgentTriangle(direction: agent), RGB(255, 0, 0)) }
    if isHighlighted { tile.highlight() }
    return tile
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
  fileprivate mutating func fill(_ shape: some Shape, _ color: RGB) {
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

/// `minigrid/core/world_object.py`.
extension Tile {
  private mutating func drawDoor(_ state: DoorState, _ color: RGB) {
    switch state {
    case .open:
      fill(Rectangle(x: 0.88...1, y: 0...1), color)
      fill(Rectangle(x: 0.92...0.96, y: 0.04...0.96), .black)
    case .closed:
      fill(.whole, color)
      fill(Rectangle(x: 0.04...0.96, y: 0.04...0.96), .black)
      fill(Rectangle(x: 0.08...0.92, y: 0.08...0.92), color)
      fill(Rectangle(x: 0.12...0.88, y: 0.12...0.88), .black)
      fill(Disc(x: 0.75, y: 0.5, radius: 0.08), color)
    case .locked:
      fill(.whole, color)
      fill(Rectangle(x: 0.06...0.94, y: 0.06...0.94), color.scaled(by: 0.45))
      fill(Rectangle(x: 0.52...0.75, y: 0.5...0.56), color)
    }
  }

  private mutating func drawKey(_ color: RGB) {
    fill(Rectangle(x: 0.5...0.63, y: 0.31...0.88), color)
    fill(Rectangle(x: 0.38...0.5, y: 0.59...0.66), color)
    fill(Rectangle(x: 0.38...0.5, y: 0.81...0.88), color)
    fill(Disc(x: 0.56, y: 0.28, radius: 0.19), color)
    fill(Disc(x: 0.56, y: 0.28, radius: 0.064), .black)
  }

  private mutating func drawBox(_ color: RGB) {
    fill(Rectangle(x: 0.12...0.88, y: 0.12...0.88), color)
    fill(Rectangle(x: 0.18...0.82, y: 0.18...0.82), .black)
    fill(Rectangle(x: 0.16...0.84, y: 0.47...0.53), color)
  }

  private mutating func drawLava() {
    fill(.whole, RGB(255, 128, 0))
    let places = [0.1, 0.3, 0.5, 0.7, 0.9]
    for wave in 0..<3 {
      let heights = [0.3 + 0.2 * Double(wave), 0.4 + 0.2 * Double(wave)]
      for index in 0..<4 {
        fill(
          Line(
            from: (places[index], heights[index % 2]),
            to: (places[index + 1], heights[(index + 1) % 2]), radius: 0.03), .black)
      }
    }
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

extension Shape where Self == Rectangle {
  /// All of a tile.
  static var whole: Rectangle { Rectangle(x: 0...1, y: 0...1) }
}

private struct Disc: Shape {
  var x: Double
  var y: Double
  var radius: Double

  func contains(x: Double, y: Double) -> Bool {
    (x - self.x) * (x - self.x) + (y - self.y) * (y - self.y) <= radius * radius
  }
}

/// A line of some thickness with round ends.
private struct Line: Shape {
  var from: (x: Double, y: Double)
  var to: (x: Double, y: Double)
  var radius: Double

  func contains(x: Double, y: Double) -> Bool {
    let (dx, dy) = (to.x - from.x, to.y - from.y)
    let share = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy)
    let nearest = min(max(share, 0), 1)
    return Disc(x: from.x + nearest * dx, y: from.y + nearest * dy, radius: radius)
      .contains(x: x, y: y)
  }
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
