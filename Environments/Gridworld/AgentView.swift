/// What the agent sees: the 7×7 cells before and beside it, turned so that it looks up from the
/// middle of the lowest row, where it sees what it holds.
///
/// MiniGrid's `gen_obs_grid` and `get_pov_render`.
package struct AgentView {
  /// Cells on a side.
  package static let size = 7
  /// Pixels on a side: 56.
  package static let pixels = size * Tile.size

  private let grid: Grid
  private let agent: Agent
  private let carried: Cell
  /// The cells that are seen; bit `7 y + x` is the one in column `x` and row `y`.
  private var seen: UInt64

  /// - Parameter hasOpaqueWalls: whether walls and closed doors hide what is behind them.
  package init(of episode: GridEpisode, hasOpaqueWalls: Bool) {
    grid = episode.grid
    agent = episode.agent
    carried = episode.carried
    seen = hasOpaqueWalls ? Self.bit(Self.size / 2, Self.size - 1) : .max
    if hasOpaqueWalls { lookAround() }
  }

  private static func bit(_ x: Int, _ y: Int) -> UInt64 { 1 &<< UInt64(y &* size &+ x) }

  /// What stands in column `x` and row `y` of the view, seen or not.
  private func cell(_ x: Int, _ y: Int) -> Cell {
    let ahead = Self.size &- 1 &- y
    let aside = x &- Self.size / 2
    let forward = agent.direction.step
    // Right of a direction (x, y) is (-y, x), as y grows downwards.
    return grid[
      agent.position.x &+ ahead &* forward.x &- aside &* forward.y,
      agent.position.y &+ ahead &* forward.y &+ aside &* forward.x]
  }

  /// Finds the cells that are seen: sight spreads from the agent row by row, sideways and ahead,
  /// and stops at what is opaque (MiniGrid's `process_vis`).
  private mutating func lookAround() {
    for y in stride(from: Self.size - 1, through: 0, by: -1) {
      for x in 0..<Self.size - 1 { spread(from: x, y, to: x + 1) }
      for x in stride(from: Self.size - 1, to: 0, by: -1) { spread(from: x, y, to: x - 1) }
    }
  }

  /// Spreads sight to the cell beside a seen and transparent one, and to the two cells ahead.
  private mutating func spread(from x: Int, _ y: Int, to side: Int) {
    guard seen & Self.bit(x, y) != 0, cell(x, y).isTransparent else { return }
    seen |= Self.bit(side, y)
    if y > 0 { seen |= Self.bit(side, y - 1) | Self.bit(x, y - 1) }
  }

  /// The cell in column `x` and row `y` of the view; nil where it is not seen.
  package subscript(x: Int, y: Int) -> Cell? {
    if y == Self.size - 1 && x == Self.size / 2 { return carried }
    return seen & Self.bit(x, y) != 0 ? cell(x, y) : nil
  }

  /// `[7, 7, 3]`: object, colour and state of the cell at `[x, y]` of the view, as MiniGrid encodes
  /// it; three zeros where it is not seen.
  ///
  /// - Parameter numbers: overwritten.
  package func encode(into numbers: inout [Float]) {
    precondition(numbers.count == Self.size * Self.size * 3, "\(numbers.count) numbers")
    for x in 0..<Self.size {
      for y in 0..<Self.size {
        let cell = self[x, y]
        let offset = (x &* Self.size &+ y) &* 3
        numbers[offset] = Float(cell?.object.rawValue ?? 0)
        numbers[offset &+ 1] = Float(cell?.color.rawValue ?? 0)
        numbers[offset &+ 2] = Float(cell?.state.rawValue ?? 0)
      }
    }
  }

  /// Draws the view with 8 pixels a tile; what is seen is lighter.
  /// - Parameter image: `[56, 56, 3]`, overwritten.
  package func draw(into image: inout [UInt8]) {
    precondition(
      image.count == Self.pixels * Self.pixels * 3,
      "an image of \(image.count) bytes instead of [\(Self.pixels), \(Self.pixels), 3]")
    let tiles = TileSet.shared
    var span = image.mutableSpan
    var bytes = span.mutableBytes
    for y in 0..<Self.size {
      for x in 0..<Self.size {
        let cell = self[x, y]
        let holdsAgent = y == Self.size - 1 && x == Self.size / 2
        let style: TileStyle = holdsAgent ? .litWithAgentUp : cell == nil ? .plain : .lit
        tiles.copy(cell ?? .empty, style, toColumn: x, row: y, of: Self.size, in: &bytes)
      }
    }
  }
}
