import Randomness

/// An empty room in which blue balls wander; to run into one, or into a wall, costs 1 and ends the
/// episode.
///
/// MiniGrid's `minigrid/envs/dynamicobstacles.py`. Balls move before the agent does, one after the
/// other in an order that says nothing of where they lie, each to a free cell of the eight around it.
/// What counts as running into something is what stood before the agent before they moved.
struct DynamicObstacles: Family {
  /// Cells on a side, the walls with them.
  let size: Int
  let obstacles: Int
  let startsAnywhere: Bool

  static let all =
    [(5, 2), (6, 3), (8, 4), (16, 8)].map {
      DynamicObstacles(size: $0, obstacles: $1, startsAnywhere: false)
    }
    + [(5, 2), (6, 3)].map { DynamicObstacles(size: $0, obstacles: $1, startsAnywhere: true) }

  private static let ball = Cell(.ball, .blue)

  var name: String { "Dynamic-Obstacles-\(startsAnywhere ? "Random-" : "")\(size)x\(size)" }
  var summary: String { "Get to the green goal square without running into a ball." }
  var maxSteps: Int { 4 * size * size }
  var hasOpaqueWalls: Bool { false }
  var actions: [GridAction] { [.left, .right, .forward] }
  var usefulActions: [GridAction] { actions }
  var wanderer: Cell? { Self.ball }
  var rewardRange: ClosedRange<Double> { -1...1 }

  func makeLayout(using generator: inout Generator) -> Layout {
    var maker = LayoutMaker(Grid(roomWidth: size, height: size), generator)
    maker.grid[size - 2, size - 2] = .goal
    maker.agent = Agent(Position(1, 1), .right)
    if startsAnywhere { maker.placeAgent(in: maker.grid.whole) }
    for _ in 0..<obstacles { maker.place(Self.ball, in: maker.grid.whole) }
    return maker.layout
  }

  /// The balls in the order in which they move.
  func marks(in grid: Grid, using generator: inout Generator) -> [Position] {
    var balls = grid.positions(of: .ball)
    generator.shuffle(&balls)
    return balls
  }

  func step(_ action: GridAction, in episode: inout GridEpisode) -> Outcome? {
    let front = episode.grid[episode.agent.front].object
    for index in episode.marks.indices { moveObstacle(index, in: &episode) }
    let outcome = episode.act(action)
    let runsInto = action == .forward && front != .empty && front != .goal
    return runsInto ? .failure(reward: -1) : outcome
  }

  /// Moves a ball to a free cell around it, or leaves it where 101 draws find none.
  private func moveObstacle(_ index: Int, in episode: inout GridEpisode) {
    let old = episode.marks[index]
    for _ in 0...100 {
      let x = old.x - 1 + episode.generator.integer(below: 3)
      let y = old.y - 1 + episode.generator.integer(below: 3)
      let new = Position(x, y)
      guard episode.grid[new] == .empty, new != episode.agent.position else { continue }
      episode.grid[new] = episode.grid[old]
      episode.grid[old] = .empty
      episode.marks[index] = new
      return
    }
  }
}
