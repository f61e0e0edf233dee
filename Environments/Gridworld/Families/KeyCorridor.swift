import Randomness

/// A corridor with rooms on both sides: a key in one on the left, a ball in a locked one on the
/// right.
///
/// MiniGrid's `minigrid/envs/keycorridor.py`.
struct KeyCorridor: Family {
  let roomSize: Int
  let rows: Int

  static let all = [(3, 1), (3, 2), (3, 3), (4, 3), (5, 3), (6, 3)].map {
    KeyCorridor(roomSize: $0, rows: $1)
  }

  var name: String { "KeyCorridorS\(roomSize)R\(rows)" }
  var summary: String { "Find the key, unlock the room and pick up the ball in it." }
  var maxSteps: Int { 30 * roomSize * roomSize }
  var usefulActions: [GridAction] { [.left, .right, .forward, .pickup, .drop, .toggle] }

  func makeLayout(using generator: inout Generator) -> Layout {
    var rooms = RoomGrid(roomSize: roomSize, rows: rows, columns: 3, generator)
    for row in 1..<rows { rooms.removeWall(of: RoomGrid.Room(1, row), .up) }
    let locked = RoomGrid.Room(2, rooms.maker.integer(in: 0..<rows))
    let color = rooms.maker.color()
    rooms.addDoor(to: locked, .left, color, isLocked: true)
    rooms.add(Cell(.ball, rooms.maker.color()), to: locked)
    let keyRow = rooms.maker.integer(in: 0..<rows)
    rooms.add(Cell(.key, color), to: RoomGrid.Room(0, keyRow))
    rooms.placeAgent(in: RoomGrid.Room(1, rows / 2))
    rooms.connectAll()
    return rooms.maker.layout
  }

  func step(_ action: GridAction, in episode: inout GridEpisode) -> Outcome? {
    episode.act(action) ?? episode.success(byPickingUp: .ball, action)
  }
}
