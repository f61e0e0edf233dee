import Randomness

/// Two rooms with a locked door between them, the key beside the agent: pick up the box behind it.
///
/// MiniGrid's `minigrid/envs/unlockpickup.py`, and `blockedunlockpickup.py`, where a ball lies before
/// the door. Who opens the box has lost it, and the episode goes on.
struct UnlockPickup: Family {
  /// Whether a ball lies before the door.
  let isBlocked: Bool

  static let all = [UnlockPickup(isBlocked: false), UnlockPickup(isBlocked: true)]

  var name: String { isBlocked ? "BlockedUnlockPickup" : "UnlockPickup" }
  var summary: String {
    isBlocked
      ? "Move the ball, unlock the door and pick up the box behind it."
      : "Unlock the door and pick up the box behind it."
  }
  var maxSteps: Int { (isBlocked ? 16 : 8) * 6 * 6 }
  var usefulActions: [GridAction] { [.left, .right, .forward, .pickup, .drop, .toggle] }

  func makeLayout(using generator: inout Generator) -> Layout {
    var rooms = RoomGrid(roomSize: 6, rows: 1, columns: 2, generator)
    let left = RoomGrid.Room(0, 0)
    rooms.add(Cell(.box, rooms.maker.color()), to: RoomGrid.Room(1, 0))
    let color = rooms.maker.color()
    let door = rooms.addDoor(to: left, .right, color, isLocked: true)
    if isBlocked, let door {
      rooms.maker.grid[door.next(.left)] = Cell(.ball, rooms.maker.color())
    }
    rooms.add(Cell(.key, color), to: left)
    rooms.placeAgent(in: left)
    return rooms.maker.layout
  }

  func step(_ action: GridAction, in episode: inout GridEpisode) -> Outcome? {
    episode.act(action) ?? episode.success(byPickingUp: .box, action)
  }
}
