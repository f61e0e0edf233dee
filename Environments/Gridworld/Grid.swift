/// The cells of a world, without the agent.
package struct Grid: Equatable, Sendable {
  package let width: Int
  package let height: Int
  private var cells: [Cell]

  /// An empty room within walls.
  package init(roomWidth width: Int, height: Int) {
    precondition(width >= 3 && height >= 3, "a room of \(width)x\(height) has no floor")
    self.width = width
    self.height = height
    cells = Array(repeating: .empty, count: width * height)
    for x in 0..<width { (self[x, 0], self[x, height - 1]) = (.wall, .wall) }
    for y in 0..<height { (self[0, y], self[width - 1, y]) = (.wall, .wall) }
  }

  /// The cell in column `x` from the left and row `y` from the top. All around the grid is wall.
  package subscript(x: Int, y: Int) -> Cell {
    get { 0..<width ~= x && 0..<height ~= y ? cells[y &* width &+ x] : .wall }
    set {
      precondition(0..<width ~= x && 0..<height ~= y, "(\(x), \(y)) is not in \(width)x\(height)")
      cells[y * width + x] = newValue
    }
  }
}

extension Grid {
  /// The grid of MiniGrid's encoding, or nil where it holds what no world here has.
  /// - Parameter encoding: `[width, height, 3]`: object, colour and state of the cell at `[x, y]`.
  package init?(encoding: [UInt8], width: Int, height: Int) {
    guard width >= 3, height >= 3, encoding.count == width * height * 3 else { return nil }
    self.init(roomWidth: width, height: height)
    for (index, offset) in stride(from: 0, to: encoding.count, by: 3).enumerated() {
      guard let object = Object(rawValue: encoding[offset]),
        let color = Color(rawValue: encoding[offset + 1]), encoding[offset + 2] == 0
      else { return nil }
      self[index / height, index % height] = Cell(object, color)
    }
  }

  /// `[width, height, 3]`: object, colour and state of the cell at `[x, y]`, as MiniGrid encodes it.
  package var encoding: [UInt8] {
    (0..<width).flatMap { x in
      (0..<height).flatMap { y in [self[x, y].object.rawValue, self[x, y].color.rawValue, 0] }
    }
  }
}
