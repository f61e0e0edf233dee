import Randomness

/// A hallway with three rooms on each side: the goal is in a locked one, its key in another.
///
/// MiniGrid's `minigrid/envs/lockedroom.py`.
struct LockedRoom: Family {
  static let all = [LockedRoom()]
  private static let size = 19

  let name = "LockedRoom"
  let summary = "Fetch the key from one room, unlock another and get to the goal in it."
  let maxSteps = 10 * LockedRoom.size
  let usefulActions: [GridAction] = [.left, .right, .forward, .pickup, .toggle]

  private struct Room {
    var region: Region
    var door: Position
  }

  func makeLayout(using generator: inout Generator) -> Layout {
    var maker = LayoutMaker(Grid(roomWidth: Self.size, height: Self.size), generator)
    let (left, right) = (Self.size / 2 - 2, Self.size / 2 + 2)
    let rooms = drawRooms(left: left, right: right, in: &maker.grid)
    let locked = maker.element(of: Array(rooms.indices))
    maker.grid[maker.position(inside: rooms[locked].region)] = .goal
    let colors = maker.shuffled(Color.allCases)
    for (index, room) in rooms.enumerated() {
      maker.grid[room.door] = Cell(.door, colors[index], index == locked ? .locked : .closed)
    }
    let keyRoom = maker.element(of: rooms.indices.filter { $0 != locked })
    maker.grid[maker.position(inside: rooms[keyRoom].region)] = Cell(.key, colors[locked])
    maker.placeAgent(in: Region(x: left, y: 0, width: right - left, height: Self.size))
    return maker.layout
  }

  /// Draws the walls of hallway and rooms.
  private func drawRooms(left: Int, right: Int, in grid: inout Grid) -> [Room] {
    for x in [left, right] { grid.fillColumn(x, rows: 0..<Self.size) }
    return [0, Self.size / 3, 2 * (Self.size / 3)].flatMap { y in
      grid.fillRow(y, columns: 0..<left)
      grid.fillRow(y, columns: right..<Self.size)
      return [(0, left), (right, right)].map { x, doorColumn in
        Room(
          region: Region(x: x, y: y, width: left + 1, height: Self.size / 3 + 1),
          door: Position(doorColumn, y + 3))
      }
    }
  }
}
