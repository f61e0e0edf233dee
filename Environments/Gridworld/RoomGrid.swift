import Randomness

/// Rooms of one size in rows and columns, with doors between them: MiniGrid's
/// `minigrid/core/roomgrid.py`.
struct RoomGrid {
  /// A room's column and row.
  struct Room: Hashable {
    var column: Int
    var row: Int

    init(_ column: Int, _ row: Int) {
      self.column = column
      self.row = row
    }
  }

  private struct Walls {
    /// Where a door would be, by direction; nil at the grid's border.
    var doorPositions: [Position?] = Array(repeating: nil, count: 4)
    /// Whether the wall has a door or is gone.
    var isPassage = Array(repeating: false, count: 4)
    /// Whether the last door that was given to this room is locked.
    var isLocked = false
  }

  /// Cells on a room's side, its walls with them; neighbours share a wall.
  let roomSize: Int
  let rows: Int
  let columns: Int
  var maker: LayoutMaker
  private var walls: [Room: Walls] = [:]

  /// Rooms without doors. The agent stands in the middle for the time being, and nothing is put
  /// there or beside it.
  init(roomSize: Int, rows: Int, columns: Int, _ generator: Generator) {
    self.roomSize = roomSize
    self.rows = rows
    self.columns = columns
    let grid = Grid(width: (roomSize - 1) * columns + 1, height: (roomSize - 1) * rows + 1)
    maker = LayoutMaker(grid, generator)
    let rooms = (0..<rows).flatMap { row in (0..<columns).map { Room($0, row) } }
    for room in rooms {
      maker.grid.drawWalls(of: region(of: room))
      walls[room] = Walls()
    }
    for room in rooms { chooseDoorPositions(of: room) }
    let middle = region(of: Room(columns / 2, rows / 2))
    maker.agent = Agent(Position(middle.x + roomSize / 2, middle.y + roomSize / 2), .right)
  }

  /// A room with its walls.
  func region(of room: Room) -> Region {
    Region(
      x: room.column * (roomSize - 1), y: room.row * (roomSize - 1), width: roomSize,
      height: roomSize)
  }

  private func neighbor(of room: Room, _ direction: Direction) -> Room? {
    let step = direction.step
    let other = Room(room.column + step.x, room.row + step.y)
    return walls[other] == nil ? nil : other
  }

  /// Draws where the doors to the right and below can be.
  private mutating func chooseDoorPositions(of room: Room) {
    let region = region(of: room)
    if let right = neighbor(of: room, .right) {
      let y = maker.integer(in: region.y + 1..<region.y + roomSize - 1)
      setDoorPosition(Position(region.x + roomSize - 1, y), from: room, .right, to: right)
    }
    if let below = neighbor(of: room, .down) {
      let x = maker.integer(in: region.x + 1..<region.x + roomSize - 1)
      setDoorPosition(Position(x, region.y + roomSize - 1), from: room, .down, to: below)
    }
  }

  private mutating func setDoorPosition(
    _ position: Position, from room: Room, _ direction: Direction, to other: Room
  ) {
    walls[room]?.doorPositions[direction.rawValue] = position
    walls[other]?.doorPositions[direction.turned(2).rawValue] = position
  }

  /// Puts a door into a room's wall.
  ///
  /// - Returns: where it is; nil at the border, where there is none.
  @discardableResult
  mutating func addDoor(
    to room: Room, _ direction: Direction, _ color: Color, isLocked: Bool
  ) -> Position? {
    guard let position = walls[room]?.doorPositions[direction.rawValue] else { return nil }
    maker.grid[position] = Cell(.door, color, isLocked ? .locked : .closed)
    walls[room]?.isLocked = isLocked
    markPassage(from: room, direction)
    return position
  }

  /// Takes away the wall between a room and its neighbour.
  mutating func removeWall(of room: Room, _ direction: Direction) {
    let region = region(of: room)
    let (right, bottom) = (region.x + roomSize - 1, region.y + roomSize - 1)
    switch direction {
    case .right: maker.grid.fillColumn(right, rows: region.y + 1..<bottom, with: .empty)
    case .down: maker.grid.fillRow(bottom, columns: region.x + 1..<right, with: .empty)
    case .left: maker.grid.fillColumn(region.x, rows: region.y + 1..<bottom, with: .empty)
    case .up: maker.grid.fillRow(region.y, columns: region.x + 1..<right, with: .empty)
    }
    markPassage(from: room, direction)
  }

  private mutating func markPassage(from room: Room, _ direction: Direction) {
    walls[room]?.isPassage[direction.rawValue] = true
    guard let neighbor = neighbor(of: room, direction) else { return }
    walls[neighbor]?.isPassage[direction.turned(2).rawValue] = true
  }

  /// Puts an object into a room, not beside the agent.
  mutating func add(_ cell: Cell, to room: Room) {
    let agent = maker.agent
    maker.place(cell, in: region(of: room)) { position in
      agent.map { position.distance(to: $0.position) < 2 } ?? false
    }
  }

  /// Puts the agent into a room where it does not look at an object or a door.
  mutating func placeAgent(in room: Room) {
    while true {
      maker.placeAgent(in: region(of: room))
      guard let front = maker.agent?.front else { continue }
      if maker.grid[front] == .empty || maker.grid[front].object == .wall { return }
    }
  }

  /// Adds doors at random until every room can be reached, none into a locked room.
  mutating func connectAll() {
    while !isConnected {
      let room = Room(maker.integer(in: 0..<columns), maker.integer(in: 0..<rows))
      let direction = maker.direction()
      guard let neighbor = neighbor(of: room, direction), let own = walls[room],
        !own.isPassage[direction.rawValue], !own.isLocked, walls[neighbor]?.isLocked == false
      else { continue }
      addDoor(to: room, direction, maker.color(), isLocked: false)
    }
  }

  /// Whether passages lead from one room to all.
  private var isConnected: Bool {
    var reached: Set<Room> = []
    var stack = [Room(0, 0)]
    while let room = stack.popLast() {
      guard reached.insert(room).inserted else { continue }
      for direction in Direction.allCases where walls[room]?.isPassage[direction.rawValue] == true {
        if let neighbor = neighbor(of: room, direction) { stack.append(neighbor) }
      }
    }
    return reached.count == walls.count
  }
}
