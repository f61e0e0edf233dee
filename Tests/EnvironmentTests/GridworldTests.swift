import EnvironmentInterface
import Gridworld
import Randomness
import Testing

@Suite("Gridworlds")
struct GridworldTests {
  private func makeWorld(_ name: String, actions: String = "all") throws -> any Environment {
    var configuration = GridworldConfiguration()
    configuration.actions = actions
    return try #require(
      try GridworldEnvironments.make(id: "gridworld/\(name)", configuration: configuration))
  }

  private func makeLayouts(_ name: String, count: Int) throws -> [Layout] {
    var world = try #require(try makeWorld(name) as? GridEnvironment)
    var observation = world.makeObservation()
    return (0..<count).map { seed in
      _ = world.reset(key: Key(seed: UInt64(seed)), into: &observation)
      return Layout(grid: world.episode.grid, agent: world.episode.agent)
    }
  }

  @Test("the bundled names are MiniGrid's")
  func ids() throws {
    let names = """
      Empty-5x5 Empty-6x6 Empty-8x8 Empty-16x16 Empty-Random-5x5 Empty-Random-6x6 FourRooms
      DoorKey-5x5 DoorKey-6x6 DoorKey-8x8 DoorKey-16x16 LavaGapS5 LavaGapS6 LavaGapS7
      LavaCrossingS9N1 LavaCrossingS9N2 LavaCrossingS9N3 LavaCrossingS11N5 SimpleCrossingS9N1
      SimpleCrossingS9N2 SimpleCrossingS9N3 SimpleCrossingS11N5 DistShift1 DistShift2
      Dynamic-Obstacles-5x5 Dynamic-Obstacles-6x6 Dynamic-Obstacles-8x8 Dynamic-Obstacles-16x16
      Dynamic-Obstacles-Random-5x5 Dynamic-Obstacles-Random-6x6 MemoryS7 MemoryS9 MemoryS11
      MemoryS13 MemoryS13Random MemoryS17Random MultiRoom-N2-S4 MultiRoom-N4-S5 MultiRoom-N6
      KeyCorridorS3R1 KeyCorridorS3R2 KeyCorridorS3R3 KeyCorridorS4R3 KeyCorridorS5R3
      KeyCorridorS6R3 Unlock UnlockPickup BlockedUnlockPickup RedBlueDoors-6x6 RedBlueDoors-8x8
      LockedRoom
      """
    #expect(
      GridworldEnvironments.ids == names.split { $0.isWhitespace }.map { "gridworld/\($0)" })
    #expect(try GridworldEnvironments.make(id: "gridworld/Empty-7x7") == nil)
  }

  @Test("a room has walls around, one goal in the corner, and the agent in the other one")
  func layout() throws {
    let layout = try makeLayouts("Empty-5x5", count: 1)[0]
    #expect(layout.agent == Agent(Position(1, 1), .right))
    for x in 0..<5 {
      for y in 0..<5 {
        let isWall = x == 0 || y == 0 || x == 4 || y == 4
        #expect(layout.grid[x, y] == (isWall ? .wall : x == 3 && y == 3 ? .goal : .empty))
      }
    }
  }

  @Test("random starts are uniform over the empty cells and the directions")
  func randomStarts() throws {
    var cells = Array(repeating: 0, count: 16)
    var directions = Array(repeating: 0, count: 4)
    for layout in try makeLayouts("Empty-Random-6x6", count: 2000) {
      #expect(layout.grid[layout.agent.position] == .empty)
      cells[(layout.agent.position.y - 1) * 4 + layout.agent.position.x - 1] += 1
      directions[layout.agent.direction.rawValue] += 1
    }
    #expect(cells.popLast() == 0)
    #expect(chiSquare(cells) < ChiSquareBound.degrees14)
    #expect(chiSquare(directions) < ChiSquareBound.degrees3)
  }

  @Test("the shortest way through Empty-5x5 earns 1 - 0.9 · 5 / 100")
  func shortestWay() throws {
    var world = try makeWorld("Empty-5x5", actions: "useful")
    #expect(world.actionSpace == .discrete(count: 3))
    var observation = world.makeObservation()
    _ = try world.reset(key: Key(seed: 0), into: &observation)
    for action in [2, 2, 1, 2] {
      let step = try world.step(.discrete(action), into: &observation)
      #expect(step == Step(reward: 0))
    }
    let last = try world.step(.discrete(2), into: &observation)
    #expect(last == Step(reward: 0.955, isLast: true, isTerminal: true, success: true))
  }

  @Test("an episode is cut off after 4 · size² steps, without success and not terminal")
  func timeLimit() throws {
    var world = try makeWorld("Empty-6x6")
    var observation = world.makeObservation()
    _ = try world.reset(key: Key(seed: 0), into: &observation)
    for _ in 1..<144 {
      #expect(try world.step(.discrete(6), into: &observation) == Step(reward: 0))
    }
    let last = try world.step(.discrete(6), into: &observation)
    #expect(last == Step(reward: 0, isLast: true, success: false))
  }

  @Test("an unknown choice of actions is an error that names the key")
  func actions() {
    let error = #expect(throws: EnvironmentError.self) {
      try makeWorld("Empty-5x5", actions: "few")
    }
    #expect(
      error.map(String.init(describing:))
        == "gridworld/Empty-5x5: env.gridworld.actions is 'few'; set it to 'all' or 'useful'")
  }

  @Test("an unknown observation is an error that names the key")
  func unknownObservation() {
    var configuration = GridworldConfiguration()
    configuration.observation = "view+map"
    let error = #expect(throws: EnvironmentError.self) {
      try GridworldEnvironments.make(id: "gridworld/Empty-5x5", configuration: configuration)
    }
    #expect(
      error.map(String.init(describing:))
        == "gridworld/Empty-5x5: env.gridworld.observation is 'view+map'; "
        + "set it to 'view', 'grid', 'symbolic' or several such as 'view+symbolic'")
  }

  @Test("a grid with a number that nothing has is refused")
  func unknownObject() {
    let encoding = Grid(roomWidth: 3, height: 3).encoding
    #expect(Grid(encoding: encoding, width: 3, height: 3) != nil)
    // Unseen, then the agent, then a colour, then an open wall.
    for (index, number) in [(0, 0 as UInt8), (0, 10), (1, 6), (2, 1)] {
      var changed = encoding
      changed[index] = number
      #expect(Grid(encoding: changed, width: 3, height: 3) == nil)
    }
  }
}
