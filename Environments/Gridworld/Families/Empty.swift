import Randomness

/// An empty room with the goal in its lower right corner.
///
/// MiniGrid's `minigrid/envs/empty.py`. The agent starts in the upper left corner, looking right, or
/// anywhere (`Empty-Random`).
struct EmptyRoom: Family {
  /// Cells on a side, the walls with them.
  let size: Int
  let startsAnywhere: Bool

  static let all = [
    EmptyRoom(size: 5, startsAnywhere: false),
    EmptyRoom(size: 6, startsAnywhere: false),
    EmptyRoom(size: 8, startsAnywhere: false),
    EmptyRoom(size: 5, startsAnywhere: true),
    EmptyRoom(size: 6, startsAnywhere: true),
  ]

  var name: String { "Empty-\(startsAnywhere ? "Random-" : "")\(size)x\(size)" }
  var summary: String { "Get to the green goal square." }
  var maxSteps: Int { 4 * size * size }
  var usefulActions: [GridAction] { [.left, .right, .forward] }

  func makeLayout(using generator: inout Generator) -> Layout {
    var grid = Grid(roomWidth: size, height: size)
    grid[size - 2, size - 2] = .goal
    let agent =
      startsAnywhere
      ? grid.placeAgent(using: &generator) : Agent(x: 1, y: 1, direction: .right)
    return Layout(grid: grid, agent: agent)
  }
}
