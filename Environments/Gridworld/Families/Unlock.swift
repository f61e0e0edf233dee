import Randomness

/// Two rooms with a locked door between them, the key beside the agent: open the door.
///
/// MiniGrid's `minigrid/envs/unlock.py`.
struct Unlock: Family {
  static let all = [Unlock()]

  let name = "Unlock"
  let summary = "Open the locked door with its key."
  let maxSteps = 8 * 6 * 6
  let usefulActions: [GridAction] = [.left, .right, .forward, .pickup, .toggle]

  func makeLayout(using generator: inout Generator) -> Layout {
    var rooms = RoomGrid(roomSize: 6, rows: 1, columns: 2, generator)
    let left = RoomGrid.Room(0, 0)
    let color = rooms.maker.color()
    rooms.addDoor(to: left, .right, color, isLocked: true)
    rooms.add(Cell(.key, color), to: left)
    rooms.placeAgent(in: left)
    return rooms.maker.layout
  }

  func marks(in grid: Grid, using generator: inout Generator) -> [Position] {
    grid.positions(of: .door)
  }

  func step(_ action: GridAction, in episode: inout GridEpisode) -> Outcome? {
    let outcome = episode.act(action)
    let isOpen = episode.marks.allSatisfy { episode.grid[$0].state == .open }
    return action == .toggle && isOpen ? .success : outcome
  }
}
