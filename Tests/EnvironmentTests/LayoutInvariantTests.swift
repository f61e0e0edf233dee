import Gridworld
import Randomness
import Testing

/// What holds for every layout of a family, by a thousand of each.
@Suite("Layouts of gridworlds")
struct LayoutInvariantTests {
  private func layouts(_ name: String) throws -> [Layout] {
    let family = try #require(GridworldEnvironments.family("gridworld/\(name)"))
    return (0..<1000).map { seed in
      var generator = Generator(key: Key(seed: UInt64(seed)))
      return family.makeLayout(using: &generator)
    }
  }

  /// How many there are of what, in order: goals, keys, balls, boxes, lava cells, doors, locked doors.
  struct Counts: Sendable {
    var names: [String]
    var width: Int
    var height: Int
    var goals = 0...0
    var keys = 0...0
    var balls = 0...0
    var boxes = 0...0
    var lava = 0...0
    var doors = 0...0
    var locked = 0...0
  }

  static let counts: [Counts] =
    [5, 6, 8, 16].flatMap { size in
      [
        Counts(names: ["Empty-\(size)x\(size)"], width: size, height: size, goals: 1...1),
        Counts(
          names: ["DoorKey-\(size)x\(size)"], width: size, height: size, goals: 1...1, keys: 1...1,
          doors: 1...1, locked: 1...1),
      ]
    } + [
      Counts(names: ["Empty-Random-5x5"], width: 5, height: 5, goals: 1...1),
      Counts(names: ["Empty-Random-6x6"], width: 6, height: 6, goals: 1...1),
      Counts(names: ["FourRooms"], width: 19, height: 19, goals: 1...1),
      Counts(names: ["LavaGapS5"], width: 5, height: 5, goals: 1...1, lava: 2...2),
      Counts(names: ["LavaGapS6"], width: 6, height: 6, goals: 1...1, lava: 3...3),
      Counts(names: ["LavaGapS7"], width: 7, height: 7, goals: 1...1, lava: 4...4),
      // A river of 7 has 6 cells beside its crossing; two that cross share a cell, and a crossing
      // can lie where they meet no more than once.
      Counts(names: ["LavaCrossingS9N1"], width: 9, height: 9, goals: 1...1, lava: 6...6),
      Counts(names: ["LavaCrossingS9N2"], width: 9, height: 9, goals: 1...1, lava: 11...12),
      Counts(names: ["LavaCrossingS9N3"], width: 9, height: 9, goals: 1...1, lava: 16...18),
      Counts(names: ["LavaCrossingS11N5"], width: 11, height: 11, goals: 1...1, lava: 34...37),
      Counts(
        names: ["SimpleCrossingS9N1", "SimpleCrossingS9N2", "SimpleCrossingS9N3"], width: 9,
        height: 9, goals: 1...1),
      Counts(names: ["SimpleCrossingS11N5"], width: 11, height: 11, goals: 1...1),
      Counts(names: ["DistShift1", "DistShift2"], width: 9, height: 7, goals: 1...1, lava: 6...6),
      Counts(
        names: ["Dynamic-Obstacles-5x5", "Dynamic-Obstacles-Random-5x5"], width: 5, height: 5,
        goals: 1...1, balls: 2...2),
      Counts(
        names: ["Dynamic-Obstacles-6x6", "Dynamic-Obstacles-Random-6x6"], width: 6, height: 6,
        goals: 1...1, balls: 3...3),
      Counts(names: ["Dynamic-Obstacles-8x8"], width: 8, height: 8, goals: 1...1, balls: 4...4),
      Counts(
        names: ["Dynamic-Obstacles-16x16"], width: 16, height: 16, goals: 1...1, balls: 8...8),
      Counts(names: ["MemoryS7"], width: 7, height: 7, keys: 1...2, balls: 1...2),
      Counts(names: ["MemoryS9"], width: 9, height: 9, keys: 1...2, balls: 1...2),
      Counts(names: ["MemoryS11"], width: 11, height: 11, keys: 1...2, balls: 1...2),
      Counts(
        names: ["MemoryS13", "MemoryS13Random"], width: 13, height: 13, keys: 1...2, balls: 1...2),
      Counts(names: ["MemoryS17Random"], width: 17, height: 17, keys: 1...2, balls: 1...2),
      Counts(names: ["MultiRoom-N2-S4"], width: 25, height: 25, goals: 1...1, doors: 1...1),
      Counts(names: ["MultiRoom-N4-S5"], width: 25, height: 25, goals: 1...1, doors: 3...3),
      Counts(names: ["MultiRoom-N6"], width: 25, height: 25, goals: 1...1, doors: 5...5),
      // Three columns of rooms; those of the middle column are one room. At least every other room
      // has a door, at most every wall to the middle and between the rooms of a side.
      Counts(
        names: ["KeyCorridorS3R1"], width: 7, height: 3, keys: 1...1, balls: 1...1, doors: 2...2,
        locked: 1...1),
      Counts(
        names: ["KeyCorridorS3R2"], width: 7, height: 5, keys: 1...1, balls: 1...1, doors: 4...5,
        locked: 1...1),
      Counts(
        names: ["KeyCorridorS3R3"], width: 7, height: 7, keys: 1...1, balls: 1...1, doors: 6...9,
        locked: 1...1),
      Counts(
        names: ["KeyCorridorS4R3"], width: 10, height: 10, keys: 1...1, balls: 1...1, doors: 6...9,
        locked: 1...1),
      Counts(
        names: ["KeyCorridorS5R3"], width: 13, height: 13, keys: 1...1, balls: 1...1, doors: 6...9,
        locked: 1...1),
      Counts(
        names: ["KeyCorridorS6R3"], width: 16, height: 16, keys: 1...1, balls: 1...1, doors: 6...9,
        locked: 1...1),
      Counts(names: ["Unlock"], width: 11, height: 6, keys: 1...1, doors: 1...1, locked: 1...1),
      Counts(
        names: ["UnlockPickup"], width: 11, height: 6, keys: 1...1, boxes: 1...1, doors: 1...1,
        locked: 1...1),
      Counts(
        names: ["BlockedUnlockPickup"], width: 11, height: 6, keys: 1...1, balls: 1...1,
        boxes: 1...1, doors: 1...1, locked: 1...1),
      Counts(names: ["RedBlueDoors-6x6"], width: 12, height: 6, doors: 2...2),
      Counts(names: ["RedBlueDoors-8x8"], width: 16, height: 8, doors: 2...2),
      Counts(
        names: ["LockedRoom"], width: 19, height: 19, goals: 1...1, keys: 1...1, doors: 6...6,
        locked: 1...1),
    ]

  @Test("every world is looked at")
  func complete() {
    let names = Self.counts.flatMap(\.names).map { "gridworld/\($0)" }
    #expect(names.sorted() == GridworldEnvironments.ids.sorted())
  }

  @Test(
    "objects are as many as they should be, and the agent stands on an empty cell",
    arguments: counts)
  func objects(counts: Counts) throws {
    for name in counts.names {
      for (seed, layout) in try layouts(name).enumerated() {
        let grid = layout.grid
        #expect(grid.width == counts.width && grid.height == counts.height)
        #expect(grid[layout.agent.position] == .empty, "\(name), seed \(seed)")
        let doors = grid.positions(of: .door)
        let locked = doors.filter { grid[$0].state == .locked }.count
        let isRight =
          counts.goals ~= grid.positions(of: .goal).count
          && counts.keys ~= grid.positions(of: .key).count
          && counts.balls ~= grid.positions(of: .ball).count
          && counts.boxes ~= grid.positions(of: .box).count
          && counts.lava ~= grid.positions(of: .lava).count
          && counts.doors ~= doors.count && counts.locked ~= locked
          && doors.allSatisfy { grid[$0].state != .open }
        #expect(isRight, "\(name), seed \(seed)")
      }
    }
  }

  /// The room around a cell: what can be reached without passing walls and doors, `[x, y]` bounds.
  private func room(around start: Position, in grid: Grid) -> (cells: Set<Position>, area: Region) {
    var cells: Set<Position> = [start]
    var stack = [start]
    while let cell = stack.popLast() {
      for direction in Direction.allCases {
        let next = cell.next(direction)
        guard ![.wall, .door].contains(grid[next].object), cells.insert(next).inserted else {
          continue
        }
        stack.append(next)
      }
    }
    let (xs, ys) = (cells.map(\.x), cells.map(\.y))
    let (x, y) = (xs.min() ?? 0, ys.min() ?? 0)
    let area = Region(
      x: x, y: y, width: (xs.max() ?? 0) - x + 1, height: (ys.max() ?? 0) - y + 1)
    return (cells, area)
  }

  /// The rooms behind doors, and the agent's.
  private func rooms(of layout: Layout) -> [(cells: Set<Position>, area: Region)] {
    let grid = layout.grid
    let besideDoors = grid.positions(of: .door).flatMap { door in
      Direction.allCases.map { door.next($0) }.filter { ![.wall, .door].contains(grid[$0].object) }
    }
    var rooms: [(cells: Set<Position>, area: Region)] = []
    for cell in [layout.agent.position] + besideDoors
    where !rooms.contains(where: { $0.cells.contains(cell) }) {
      rooms.append(room(around: cell, in: grid))
    }
    return rooms
  }

  @Test(
    "rooms in a chain are as many and as large as they should be",
    arguments: [("MultiRoom-N2-S4", 2, 4), ("MultiRoom-N4-S5", 4, 5), ("MultiRoom-N6", 6, 10)])
  func chains(name: String, count: Int, largest: Int) throws {
    for layout in try layouts(name) {
      let rooms = rooms(of: layout)
      #expect(rooms.count == count)
      for room in rooms {
        #expect(room.cells.count == room.area.width * room.area.height, "a rectangle")
        #expect(2...largest - 2 ~= room.area.width && 2...largest - 2 ~= room.area.height)
      }
      let doors = layout.grid.positions(of: .door).map { layout.grid[$0] }
      #expect(doors.allSatisfy { $0.state == .closed })
    }
  }

  @Test("rooms on both sides of a corridor, the ball behind the locked door, its key on the left")
  func corridors() throws {
    for (size, rows) in [(3, 1), (3, 2), (3, 3), (4, 3), (5, 3), (6, 3)] {
      for layout in try layouts("KeyCorridorS\(size)R\(rows)") {
        let (grid, inside) = (layout.grid, size - 2)
        let rooms = rooms(of: layout)
        #expect(rooms.count == 2 * rows + 1)
        let corridor = room(around: layout.agent.position, in: grid).area
        #expect(corridor.width == inside && corridor.height == rows * (size - 1) - 1)
        let key = try #require(grid.positions(of: .key).first)
        let ball = try #require(grid.positions(of: .ball).first)
        let locked = try #require(
          grid.positions(of: .door).first { grid[$0].state == .locked })
        #expect(key.x < size && grid[key].color == grid[locked].color)
        #expect(
          locked.x == 2 * (size - 1)
            && room(around: ball, in: grid).cells.contains(locked.next(.right)))
        for room in rooms where room.area != corridor {
          #expect(room.area.width == inside && room.area.height == inside)
        }
      }
    }
  }

  @Test("six rooms, one locked with the goal in it; its key is in another")
  func lockedRoom() throws {
    for layout in try layouts("LockedRoom") {
      let grid = layout.grid
      let doors = grid.positions(of: .door)
      #expect(Set(doors.map { grid[$0].color }).count == 6)
      let rooms = rooms(of: layout)
      #expect(rooms.count == 7)
      #expect(rooms[0].area == Region(x: 8, y: 1, width: 3, height: 17))
      #expect(rooms.dropFirst().allSatisfy { $0.area.width == 6 && $0.area.height == 5 })
      let goal = try #require(grid.positions(of: .goal).first)
      let key = try #require(grid.positions(of: .key).first)
      let locked = try #require(doors.first { grid[$0].state == .locked })
      #expect(grid[key].color == grid[locked].color)
      let goalRoom = room(around: goal, in: grid).cells
      #expect(goalRoom.contains(locked.next(.left)) || goalRoom.contains(locked.next(.right)))
      #expect(!goalRoom.contains(key))
    }
  }

  @Test("agent and key on one side of a locked door, what is behind it on the other")
  func lockedDoors() throws {
    for name in ["DoorKey-5x5", "DoorKey-16x16", "Unlock", "UnlockPickup", "BlockedUnlockPickup"] {
      for layout in try layouts(name) {
        let grid = layout.grid
        let door = try #require(grid.positions(of: .door).first)
        let key = try #require(grid.positions(of: .key).first)
        #expect(grid[key].color == grid[door].color)
        #expect(layout.agent.position.x < door.x && key.x < door.x)
        let behind = grid.positions(of: .goal) + grid.positions(of: .box)
        #expect(behind.allSatisfy { $0.x > door.x })
        let balls = grid.positions(of: .ball)
        #expect(balls.allSatisfy { $0 == door.next(.left) })
        let front = grid[layout.agent.front]
        #expect(name.hasPrefix("DoorKey") || front == .empty || front == .wall)
      }
    }
  }

  @Test("four rooms of 8 by 8 with four gaps")
  func fourRooms() throws {
    for layout in try layouts("FourRooms") {
      let grid = layout.grid
      let column = (1..<18).filter { grid[9, $0].object != .wall }
      let row = (1..<18).filter { grid[$0, 9].object != .wall }
      for gaps in [column, row] {
        #expect(gaps.count == 2 && gaps[0] < 9 && gaps[1] > 9)
      }
      #expect(grid.positions(of: .wall).count == 4 * 18 + 2 * 17 - 1 - 4)
    }
  }

  @Test("a red door on the left of the agent's room, a blue one on its right")
  func redBlueDoors() throws {
    for (name, size) in [("RedBlueDoors-6x6", 6), ("RedBlueDoors-8x8", 8)] {
      for layout in try layouts(name) {
        let doors = layout.grid.positions(of: .door).sorted { $0.x < $1.x }
        #expect(
          doors.map { layout.grid[$0] } == [
            Cell(.door, .red, .closed), Cell(.door, .blue, .closed),
          ])
        #expect(doors[0].x == size / 2 && doors[1].x == size / 2 + size - 1)
        #expect(doors[0].x < layout.agent.position.x && layout.agent.position.x < doors[1].x)
      }
    }
  }

  @Test("there are as many rivers as the name says, each with one crossing")
  func crossings() throws {
    for (name, size, count) in [
      ("SimpleCrossingS9N1", 9, 1), ("LavaCrossingS9N3", 9, 3), ("LavaCrossingS11N5", 11, 5),
    ] {
      let obstacle: Object = name.hasPrefix("Lava") ? .lava : .wall
      for layout in try layouts(name) {
        let inner = 1..<size - 1
        func gaps(_ cells: [Cell]) -> Int { cells.filter { $0.object != obstacle }.count }
        let places = Array(stride(from: 2, to: size - 2, by: 2))
        let rivers =
          places.map { x in gaps(inner.map { layout.grid[x, $0] }) }
          + places.map { y in gaps(inner.map { layout.grid[$0, y] }) }
        // Between two rivers, a line has more than one gap.
        #expect(rivers.filter { $0 == 1 }.count == count)
        #expect(layout.agent == Agent(Position(1, 1), .right))
        #expect(layout.grid[size - 2, size - 2] == .goal)
      }
    }
  }
}
