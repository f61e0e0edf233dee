import Randomness

/// Two strips of lava between agent and goal; the second is nearer or further: an agent that was
/// trained in one is tested in the other.
///
/// MiniGrid's `minigrid/envs/distshift.py`.
struct DistShift: Family {
  /// MiniGrid's number of the variant, and the row of its second strip.
  let variant: Int
  let secondRow: Int
  private static let (width, height) = (9, 7)

  static let all = [DistShift(variant: 1, secondRow: 2), DistShift(variant: 2, secondRow: 5)]

  var name: String { "DistShift\(variant)" }
  var summary: String { "Get to the green goal square past two strips of lava." }
  var maxSteps: Int { 4 * Self.width * Self.height }
  var hasOpaqueWalls: Bool { false }
  var usefulActions: [GridAction] { [.left, .right, .forward] }

  func makeLayout(using generator: inout Generator) -> Layout {
    var grid = Grid(roomWidth: Self.width, height: Self.height)
    grid[Self.width - 2, 1] = .goal
    for row in [1, secondRow] { grid.fillRow(row, columns: 3..<Self.width - 3, with: .lava) }
    return Layout(grid: grid, agent: Agent(Position(1, 1), .right))
  }
}
