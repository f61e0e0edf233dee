import Randomness

/// A small room with a key or a ball, a hallway, and at its end both: go to the one that was seen.
///
/// MiniGrid's `minigrid/envs/memory.py`. To pick up means to toggle here, which moves nothing.
struct Memory: Family {
  /// Cells on a side, the walls with them.
  let size: Int
  /// Whether the hallway ends anywhere, not at the far wall.
  let hasRandomLength: Bool

  static let all =
    [7, 9, 11, 13].map { Memory(size: $0, hasRandomLength: false) }
    + [13, 17].map { Memory(size: $0, hasRandomLength: true) }

  var name: String { "MemoryS\(size)\(hasRandomLength ? "Random" : "")" }
  var summary: String { "Go to the object at the end of the hallway that is also in the room." }
  var maxSteps: Int { 5 * size * size }
  var usefulActions: [GridAction] { [.left, .right, .forward] }

  func makeLayout(using generator: inout Generator) -> Layout {
    var maker = LayoutMaker(Grid(roomWidth: size, height: size), generator)
    let middle = size / 2
    let end = hasRandomLength ? maker.integer(in: 4..<size - 2) : size - 3
    drawWalls(hallwayEnd: end, in: &maker.grid)
    maker.agent = Agent(Position(maker.integer(in: 1..<end + 1), middle), .right)
    let objects = [Cell(.key, .green), Cell(.ball, .green)]
    maker.grid[1, middle - 1] = maker.element(of: objects)
    let ends = maker.shuffled(objects)
    maker.grid[end + 1, middle - 2] = ends[0]
    maker.grid[end + 1, middle + 2] = ends[1]
    return maker.layout
  }

  private func drawWalls(hallwayEnd end: Int, in grid: inout Grid) {
    let middle = size / 2
    // The room in which the agent sees what to look for.
    for y in [middle - 2, middle + 2] { grid.fillRow(y, columns: 1..<5) }
    // The door of the room, and the hallway.
    for y in [middle - 1, middle + 1] { grid.fillRow(y, columns: 4..<max(5, end)) }
    grid.fillColumn(end, rows: 0..<middle)
    grid.fillColumn(end, rows: middle + 1..<size)
    grid.fillColumn(end + 2, rows: 0..<size)
  }

  /// The cell before the object that is also in the room, then the one before the other.
  func marks(in grid: Grid, using generator: inout Generator) -> [Position] {
    let objects = Object.allCases.filter(\.canBeCarried).flatMap { grid.positions(of: $0) }
    guard let shown = objects.min(by: { $0.x < $1.x }) else { return [] }
    let choices = objects.filter { $0 != shown }
    let isRight = { (position: Position) in grid[position].object == grid[shown].object }
    return (choices.filter(isRight) + choices.filter { !isRight($0) }).map {
      Position($0.x, $0.y < size / 2 ? $0.y + 1 : $0.y - 1)
    }
  }

  func step(_ action: GridAction, in episode: inout GridEpisode) -> Outcome? {
    _ = episode.act(action == .pickup ? .toggle : action)
    return switch episode.agent.position {
    case episode.marks.first: .success
    case episode.marks.last: .failure(reward: 0)
    default: nil
    }
  }
}
