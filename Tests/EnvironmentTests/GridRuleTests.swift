import Gridworld
import Randomness
import Testing

/// What each action does, on a 5×5 room with the agent in the middle looking right.
@Suite("Rules of gridworlds")
struct GridRuleTests {
  private static let front = Position(3, 2)

  private func episode(
    before front: Cell, carrying carried: Cell = .empty, marks: [Position] = []
  ) -> GridEpisode {
    var grid = Grid(roomWidth: 5, height: 5)
    grid[Self.front] = front
    let layout = Layout(grid: grid, agent: Agent(Position(2, 2), .right))
    var episode = GridEpisode(layout, marks: marks, key: Key(seed: 0))
    episode.carried = carried
    return episode
  }

  @Test("turns go round: right, down, left, up")
  func turns() {
    var episode = episode(before: .empty)
    var directions: [Direction] = []
    for action in [GridAction.right, .right, .right, .right, .left] {
      #expect(episode.act(action) == nil)
      directions.append(episode.agent.direction)
    }
    #expect(directions == [.down, .left, .up, .right, .up])
    #expect(episode.agent.position == Position(2, 2))
  }

  /// What stands before the agent, whether it is entered, and how the episode ends by it.
  static let steps: [(cell: Cell, isEntered: Bool, outcome: Outcome?)] = [
    (.empty, true, nil), (Cell(.floor, .blue), true, nil), (.goal, true, .success),
    (.lava, true, .failure(reward: 0)), (Cell(.door, .red, .open), true, nil),
    (Cell(.door, .red, .closed), false, nil), (Cell(.door, .red, .locked), false, nil),
    (.wall, false, nil), (Cell(.key, .red), false, nil), (Cell(.ball, .red), false, nil),
    (Cell(.box, .red), false, nil),
  ]

  @Test("the agent goes where it can", arguments: steps)
  func forward(step: (cell: Cell, isEntered: Bool, outcome: Outcome?)) {
    var episode = episode(before: step.cell)
    #expect(episode.act(.forward) == step.outcome)
    #expect(episode.agent.position == (step.isEntered ? Self.front : Position(2, 2)))
    #expect(episode.grid[Self.front] == step.cell)
  }

  @Test("keys, balls and boxes are taken by empty hands, and put down on an empty cell")
  func carrying() {
    for object in Object.allCases {
      let cell = Cell(object, .purple)
      var episode = episode(before: cell)
      #expect(episode.act(.pickup) == nil)
      let isTaken = [.key, .ball, .box].contains(object)
      #expect(episode.carried == (isTaken ? cell : .empty))
      #expect(episode.grid[Self.front] == (isTaken ? .empty : cell))
      #expect(episode.act(.drop) == nil)
      #expect(episode.carried == .empty)
      #expect(episode.grid[Self.front] == cell)
    }
  }

  @Test("full hands take nothing, and put nothing on something")
  func fullHands() {
    let key = Cell(.key, .red)
    for object in Object.allCases where object != .empty {
      var episode = episode(before: Cell(object, .green), carrying: key)
      _ = episode.act(.pickup)
      _ = episode.act(.drop)
      #expect(episode.carried == key)
      #expect(episode.grid[Self.front] == Cell(object, .green))
    }
  }

  @Test("a door opens and closes, a locked one only with the key of its colour")
  func doors() {
    func state(after start: DoorState, carrying carried: Cell) -> DoorState {
      var episode = episode(before: Cell(.door, .yellow, start), carrying: carried)
      _ = episode.act(.toggle)
      #expect(episode.carried == carried)
      return episode.grid[Self.front].state
    }
    #expect(state(after: .open, carrying: .empty) == .closed)
    #expect(state(after: .closed, carrying: .empty) == .open)
    #expect(state(after: .locked, carrying: .empty) == .locked)
    #expect(state(after: .locked, carrying: Cell(.key, .red)) == .locked)
    #expect(state(after: .locked, carrying: Cell(.ball, .yellow)) == .locked)
    #expect(state(after: .locked, carrying: Cell(.key, .yellow)) == .open)
  }

  @Test("an opened box is gone; nothing else changes by a toggle or by done")
  func toggles() {
    for object in Object.allCases where object != .door {
      var episode = episode(before: Cell(object, .red))
      _ = episode.act(.done)
      #expect(episode.grid[Self.front] == Cell(object, .red))
      #expect(episode.act(.toggle) == nil)
      #expect(episode.grid[Self.front] == (object == .box ? .empty : Cell(object, .red)))
    }
  }

  @Test("the blue door ends the episode: with success if the red one is open")
  func redBlueDoors() throws {
    let family = try #require(GridworldEnvironments.family("gridworld/RedBlueDoors-6x6"))
    let red = Position(0, 2)
    for (redDoor, outcome) in [(DoorState.open, Outcome.success), (.closed, .failure(reward: 0))] {
      var episode = episode(before: Cell(.door, .blue, .closed), marks: [red, Self.front])
      episode.grid[red] = Cell(.door, .red, redDoor)
      #expect(family.step(.forward, in: &episode) == nil)
      #expect(family.step(.toggle, in: &episode) == outcome)
    }
  }

  @Test("Memory: the cell before the object of the room succeeds, the other one fails")
  func memory() throws {
    let family = try #require(GridworldEnvironments.family("gridworld/MemoryS7"))
    var grid = Grid(roomWidth: 7, height: 7)
    grid[1, 2] = Cell(.ball, .green)
    grid[5, 1] = Cell(.key, .green)
    grid[5, 5] = Cell(.ball, .green)
    for (direction, outcome) in [
      (Direction.down, Outcome.success), (.up, .failure(reward: 0)),
    ] {
      let layout = Layout(grid: grid, agent: Agent(Position(5, 3), direction))
      var episode = GridEpisode(layout, in: family, key: Key(seed: 0))
      #expect(episode.marks == [Position(5, 4), Position(5, 2)])
      #expect(family.step(.pickup, in: &episode) == nil)
      #expect(family.step(.forward, in: &episode) == outcome)
      #expect(family.step(.pickup, in: &episode) == outcome, "it stands there still")
      #expect(episode.carried == .empty)
    }
  }

  @Test("picking up what is asked for succeeds, and only that")
  func pickups() throws {
    for (name, wanted) in [
      ("UnlockPickup", Object.box), ("BlockedUnlockPickup", .box), ("KeyCorridorS3R1", .ball),
    ] {
      let family = try #require(GridworldEnvironments.family("gridworld/\(name)"))
      for object in [Object.key, .ball, .box] {
        var episode = episode(before: Cell(object, .red))
        #expect(family.step(.pickup, in: &episode) == (object == wanted ? .success : nil))
      }
    }
  }

  @Test("Unlock: the toggle that opens the door succeeds")
  func unlock() throws {
    let family = try #require(GridworldEnvironments.family("gridworld/Unlock"))
    var episode = episode(
      before: Cell(.door, .red, .locked), carrying: Cell(.key, .green), marks: [Self.front])
    #expect(family.step(.toggle, in: &episode) == nil)
    episode.carried = Cell(.key, .red)
    #expect(family.step(.pickup, in: &episode) == nil)
    #expect(family.step(.toggle, in: &episode) == .success)
  }
}
