/// A column from the left and a row from the top.
package struct Position: Hashable, Sendable {
  package var x: Int
  package var y: Int

  package init(_ x: Int, _ y: Int) {
    self.x = x
    self.y = y
  }

  /// One cell further.
  package func next(_ direction: Direction) -> Position {
    let step = direction.step
    return Position(x &+ step.x, y &+ step.y)
  }

  /// Steps between two cells where nothing is in the way.
  func distance(to other: Position) -> Int { abs(x - other.x) + abs(y - other.y) }
}

/// The cells of a world, without the agent.
package struct Grid: Hashable, Sendable {
  package let width: Int
  package let height: Int
  /// Row by row.
  private var cells: [Cell]

  /// A grid of empty cells.
  package init(width: Int, height: Int) {
    precondition(width >= 3 && height >= 3, "a grid of \(width)x\(height) has no room for walls")
    self.width = width
    self.height = height
    cells = Array(repeating: .empty, count: width * height)
  }

  /// An empty room within walls.
  package init(roomWidth width: Int, height: Int) {
    self.init(width: width, height: height)
    drawWalls(of: whole)
  }

  /// The cell in column `x` from the left and row `y` from the top. All around the grid is wall.
  package subscript(x: Int, y: Int) -> Cell {
    get { 0..<width ~= x && 0..<height ~= y ? cells[y &* width &+ x] : .wall }
    set {
      precondition(0..<width ~= x && 0..<height ~= y, "(\(x), \(y)) is not in \(width)x\(height)")
      cells[y * width + x] = newValue
    }
  }

  package subscript(position: Position) -> Cell {
    get { self[position.x, position.y] }
    set { self[position.x, position.y] = newValue }
  }

  /// All of the grid.
  package var whole: Region { Region(x: 0, y: 0, width: width, height: height) }

  /// The places of an object, row by row.
  package func positions(of object: Object) -> [Position] {
    cells.indices.filter { cells[$0].object == object }.map { Position($0 % width, $0 / width) }
  }
}

/// A rectangle of cells.
package struct Region: Hashable, Sendable {
  package var x: Int
  package var y: Int
  package var width: Int
  package var height: Int

  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

extension Grid {
  /// Puts a cell at each place of a column or a row.
  mutating func fillColumn(_ x: Int, rows: Range<Int>, with cell: Cell = .wall) {
    for y in rows { self[x, y] = cell }
  }

  mutating func fillRow(_ y: Int, columns: Range<Int>, with cell: Cell = .wall) {
    for x in columns { self[x, y] = cell }
  }

  /// Walls along the sides of a region, within it.
  mutating func drawWalls(of region: Region) {
    for y in [region.y, region.y + region.height - 1] {
      fillRow(y, columns: region.x..<region.x + region.width)
    }
    for x in [region.x, region.x + region.width - 1] {
      fillColumn(x, rows: region.y..<region.y + region.height)
    }
  }
}

extension Grid {
  /// The grid of MiniGrid's encoding, or nil where it holds a number that nothing has.
  /// - Parameter encoding: `[width, height, 3]`: object, colour and state of the cell at `[x, y]`.
  package init?(encoding: [UInt8], width: Int, height: Int) {
    guard width >= 3, height >= 3, encoding.count == width * height * 3 else { return nil }
    self.init(width: width, height: height)
    for (index, offset) in stride(from: 0, to: encoding.count, by: 3).enumerated() {
      guard let object = Object(rawValue: encoding[offset]),
        let color = Color(rawValue: encoding[offset + 1]),
        let state = DoorState(rawValue: encoding[offset + 2]),
        object == .door || state == .open
      else { return nil }
      self[index / height, index % height] = Cell(object, color, state)
    }
  }

  /// `[width, height, 3]`: object, colour and state of the cell at `[x, y]`, as MiniGrid encodes it.
  package var encoding: [UInt8] {
    (0..<width).flatMap { x in (0..<height).flatMap { y in self[x, y].encoding } }
  }
}
