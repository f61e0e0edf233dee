/// The picture of a whole grid with the agent in it, nothing highlighted: MiniGrid's
/// `get_full_render`, 8 pixels a cell.
package struct GridPicture {
  private let grid: Grid
  private let agent: Agent

  init(of episode: GridEpisode) {
    grid = episode.grid
    agent = episode.agent
  }

  /// - Parameter image: `[8 · height, 8 · width, 3]`, overwritten.
  package func draw(into image: inout [UInt8]) {
    let bytesNeeded = grid.width * grid.height * Tile.size * Tile.size * 3
    precondition(image.count == bytesNeeded, "\(image.count) bytes instead of \(bytesNeeded)")
    let tiles = TileSet.shared
    var span = image.mutableSpan
    var bytes = span.mutableBytes
    for y in 0..<grid.height {
      for x in 0..<grid.width {
        let holdsAgent = agent.position == Position(x, y)
        let style = holdsAgent ? TileStyle.plain(withAgent: agent.direction) : .plain
        tiles.copy(grid[x, y], style, toColumn: x, row: y, of: grid.width, in: &bytes)
      }
    }
  }
}
