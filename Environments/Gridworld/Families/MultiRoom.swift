import Randomness

/// A chain of rooms with closed doors between them; the goal is in the last.
///
/// MiniGrid's `minigrid/envs/multiroom.py`. `MultiRoom-N4-S5` is its version 1, with four rooms (its
/// version 0 has six).
struct MultiRoom: Family {
  let rooms: Int
  /// Cells on a room's side at most, the walls with them.
  let largestSize: Int
  let name: String
  /// Cells on the grid's side.
  private static let size = 25
  /// Cells on a room's side at least.
  private static let smallestSize = 4

  static let all = [
    MultiRoom(rooms: 2, largestSize: 4, name: "MultiRoom-N2-S4"),
    MultiRoom(rooms: 4, largestSize: 5, name: "MultiRoom-N4-S5"),
    MultiRoom(rooms: 6, largestSize: 10, name: "MultiRoom-N6"),
  ]

  /// MiniGrid's version 0 of `MultiRoom-N4-S5`.
  static let sixSmallRooms = MultiRoom(rooms: 6, largestSize: 5, name: "MultiRoom-N4-S5")

  var summary: String { "Open the doors of \(rooms) rooms and reach the green goal square." }
  var maxSteps: Int { 20 * rooms }
  var usefulActions: [GridAction] { [.left, .right, .forward, .toggle] }

  private struct Room {
    var region: Region
    var entry: Position
  }

  func makeLayout(using generator: inout Generator) -> Layout {
    var maker = LayoutMaker(Grid(width: Self.size, height: Self.size), generator)
    var chain: [Room] = []
    while chain.count < rooms {
      let x = maker.integer(in: 0..<Self.size - 2)
      let entry = Position(x, maker.integer(in: 0..<Self.size - 2))
      var attempt: [Room] = []
      _ = extend(&attempt, entry: entry, wall: .left, missing: rooms, &maker)
      if attempt.count > chain.count { chain = attempt }
    }
    draw(chain, &maker)
    maker.placeAgent(in: chain[0].region)
    maker.place(.goal, in: chain[chain.count - 1].region)
    return maker.layout
  }

  /// Adds a room behind a door, and rooms behind it.
  ///
  /// - Parameters:
  ///   - wall: the wall of the new room that has the door.
  ///   - missing: rooms that the chain still lacks.
  /// - Returns: whether the room found a place; those behind it may not have found one.
  private func extend(
    _ chain: inout [Room], entry: Position, wall: Direction, missing: Int,
    _ maker: inout LayoutMaker
  ) -> Bool {
    let sizes = Self.smallestSize..<largestSize + 1
    let (width, height) = (maker.integer(in: sizes), maker.integer(in: sizes))
    let region =
      chain.isEmpty
      ? Region(x: entry.x, y: entry.y, width: width, height: height)
      : region(behind: entry, wall, width: width, height: height, &maker)
    guard fits(region, chain) else { return false }
    chain.append(Room(region: region, entry: entry))
    if missing == 1 { return true }
    for _ in 0..<8 {
      let exitWall = maker.element(of: Direction.allCases.filter { $0 != wall })
      let exit = door(in: exitWall, of: region, &maker)
      let isExtended = extend(
        &chain, entry: exit, wall: exitWall.turned(2), missing: missing - 1, &maker)
      if isExtended { break }
    }
    return true
  }

  /// Where a room lies that has its door here, in the wall of this side.
  private func region(
    behind entry: Position, _ wall: Direction, width: Int, height: Int, _ maker: inout LayoutMaker
  ) -> Region {
    let x: Int
    let y: Int
    switch wall {
    case .right, .left:
      x = wall == .right ? entry.x - width + 1 : entry.x
      y = maker.integer(in: entry.y - height + 2..<entry.y)
    case .down, .up:
      x = maker.integer(in: entry.x - width + 2..<entry.x)
      y = wall == .down ? entry.y - height + 1 : entry.y
    }
    return Region(x: x, y: y, width: width, height: height)
  }

  /// Whether a room lies in the grid and apart from all rooms but the last.
  ///
  /// As MiniGrid does it: on the left a free column is left between rooms, on the bottom a free row
  /// between rooms and the grid's border.
  private func fits(_ region: Region, _ chain: [Room]) -> Bool {
    guard region.x >= 0, region.y >= 0, region.x + region.width <= Self.size,
      region.y + region.height < Self.size
    else { return false }
    return chain.dropLast().allSatisfy { room in
      let other = room.region
      return region.x + region.width < other.x || other.x + other.width <= region.x
        || region.y + region.height < other.y || other.y + other.height <= region.y
    }
  }

  private func door(
    in wall: Direction, of region: Region, _ maker: inout LayoutMaker
  ) -> Position {
    switch wall {
    case .right, .left:
      let x = wall == .right ? region.x + region.width - 1 : region.x
      return Position(x, region.y + maker.integer(in: 1..<region.height - 1))
    case .down, .up:
      let y = wall == .down ? region.y + region.height - 1 : region.y
      return Position(region.x + maker.integer(in: 1..<region.width - 1), y)
    }
  }

  /// Draws the rooms, each door in a colour that the one before has not.
  private func draw(_ chain: [Room], _ maker: inout LayoutMaker) {
    var last: Color?
    for (index, room) in chain.enumerated() {
      maker.grid.drawWalls(of: room.region)
      guard index > 0 else { continue }
      let color = maker.element(of: Color.allCases.filter { $0 != last })
      maker.grid[room.entry] = Cell(.door, color, .closed)
      last = color
    }
  }
}
