import Randomness

/// A room with a red door on the left and a blue one on the right: open the red one, then the blue
/// one.
///
/// MiniGrid's `minigrid/envs/redbluedoors.py`. The blue door, once open, ends the episode.
struct RedBlueDoors: Family {
  /// Rows, the walls with them; there are twice as many columns.
  let size: Int

  static let all = [6, 8].map(RedBlueDoors.init)

  var name: String { "RedBlueDoors-\(size)x\(size)" }
  var summary: String { "Open the red door, then the blue door." }
  var maxSteps: Int { 20 * size * size }
  var usefulActions: [GridAction] { [.left, .right, .forward, .toggle] }

  func makeLayout(using generator: inout Generator) -> Layout {
    var maker = LayoutMaker(Grid(roomWidth: 2 * size, height: size), generator)
    let room = Region(x: size / 2, y: 0, width: size, height: size)
    maker.grid.drawWalls(of: room)
    maker.placeAgent(in: room)
    maker.grid[room.x, maker.integer(in: 1..<size - 1)] = Cell(.door, .red, .closed)
    maker.grid[room.x + size - 1, maker.integer(in: 1..<size - 1)] = Cell(.door, .blue, .closed)
    return maker.layout
  }

  /// The red door, then the blue one.
  func marks(in grid: Grid, using generator: inout Generator) -> [Position] {
    grid.positions(of: .door).sorted { grid[$0].color.rawValue < grid[$1].color.rawValue }
  }

  func step(_ action: GridAction, in episode: inout GridEpisode) -> Outcome? {
    let outcome = episode.act(action)
    guard episode.marks.count == 2, episode.grid[episode.marks[1]].state == .open else {
      return outcome
    }
    return episode.grid[episode.marks[0]].state == .open ? .success : .failure(reward: 0)
  }
}
