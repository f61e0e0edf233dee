import Randomness

/// A column of lava with one gap between agent and goal.
///
/// MiniGrid's `minigrid/envs/lavagap.py`.
struct LavaGap: Family {
  /// Cells on a side, the walls with them.
  let size: Int

  static let all = [5, 6, 7].map(LavaGap.init)

  var name: String { "LavaGapS\(size)" }
  var summary: String { "Avoid the lava and get to the green goal square." }
  var maxSteps: Int { 4 * size * size }
  var usefulActions: [GridAction] { [.left, .right, .forward] }

  func makeLayout(using generator: inout Generator) -> Layout {
    var maker = LayoutMaker(Grid(roomWidth: size, height: size), generator)
    maker.agent = Agent(Position(1, 1), .right)
    maker.grid[size - 2, size - 2] = .goal
    let column = maker.integer(in: 2..<size - 2)
    maker.grid.fillColumn(column, rows: 1..<size - 1, with: .lava)
    maker.grid[column, maker.integer(in: 1..<size - 1)] = .empty
    return maker.layout
  }
}
