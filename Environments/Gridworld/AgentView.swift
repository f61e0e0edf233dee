/// What the agent sees: the 7×7 cells before and beside it, turned so that it looks up from the
/// middle of the lowest row.
///
/// MiniGrid's `gen_obs_grid` and `get_pov_render`, for worlds whose agent sees through walls, as it
/// does in `Empty`. Where the agent stands, it sees its own hands, which hold nothing.
package struct AgentView {
  /// Cells on a side.
  package static let size = 7
  /// Pixels on a side: 56.
  package static let pixels = size * Tile.size

  private let grid: Grid
  private let agent: Agent

  init(of grid: Grid, from agent: Agent) {
    self.grid = grid
    self.agent = agent
  }

  /// The cell in column `x` and row `y` of the view.
  private subscript(x: Int, y: Int) -> Cell {
    let ahead = Self.size - 1 - y
    let aside = x - Self.size / 2
    if ahead == 0 && aside == 0 { return .empty }
    let forward = agent.direction.step
    // Right of a direction (x, y) is (-y, x), as y grows downwards.
    return grid[
      agent.x &+ ahead &* forward.x &- aside &* forward.y,
      agent.y &+ ahead &* forward.y &+ aside &* forward.x]
  }

  /// `[7, 7, 3]`: object, colour and state of the cell at `[x, y]` of the view, as MiniGrid encodes
  /// it.
  package var encoding: [UInt8] {
    (0..<Self.size).flatMap { x in
      (0..<Self.size).flatMap { y in [self[x, y].object.rawValue, self[x, y].color.rawValue, 0] }
    }
  }

  /// Draws the view with 8 pixels a tile.
  /// - Parameter image: `[56, 56, 3]`, overwritten.
  package func draw(into image: inout [UInt8]) {
    precondition(
      image.count == Self.pixels * Self.pixels * 3,
      "an image of \(image.count) bytes instead of [\(Self.pixels), \(Self.pixels), 3]")
    var span = image.mutableSpan
    var bytes = span.mutableBytes
    for y in 0..<Self.size {
      for x in 0..<Self.size {
        let holdsAgent = y == Self.size - 1 && x == Self.size / 2
        TileSet.shared.copyTile(
          of: self[x, y], withAgent: holdsAgent, column: x, row: y, into: &bytes)
      }
    }
  }
}
