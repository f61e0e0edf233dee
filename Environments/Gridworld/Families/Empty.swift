import Randomness

/// An empty room with the goal in its lower right corner.
///
/// MiniGrid's `minigrid/envs/empty.py`. The agent starts in the upper left corner, looking right, or
/// anywhere (`Empty-Random`).
struct EmptyRoom: Family {
  /// Cells on a side, the walls with them.
  let size: Int
  let startsAnywhere: Bool

  static let all =
    [5, 6, 8, 16].map { EmptyRoom(size: $0, startsAnywhere: false) }
    + [5, 6].map { EmptyRoom(size: $0, startsAnywhere: true) }

  var name: String { "Empty-\(startsAnywhere ? "Random-" : "")\(size)x\(size)" }
  var summary: String { "Get to the green goal square." }
  var maxSteps: Int { 4 * size * size }
  var hasOpaqueWalls: Bool { false }
  var usefulActions: [GridAction] { [.left, .right, .forward] }

  func makeLayout(using generator: inout Generator) -> Layout {
    var maker = LayoutMaker(Grid(roomWidth: size, height: size), generator)
    maker.grid[size - 2, size - 2] = .goal
    maker.agent = Agent(Position(1, 1), .right)
    if startsAnywhere { maker.placeAgent(in: maker.grid.whole) }
    return maker.layout
  }
}
