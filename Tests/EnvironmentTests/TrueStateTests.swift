import EnvironmentInterface
import Foundation
import Gridworld
import Pendulum
import Randomness
import Testing
import Worlds

@Suite("What is true of worlds")
struct TrueStateTests {
  /// Names and, of choices, how many there are.
  private func shape(_ state: [TrueValue]) -> [String] {
    state.map { value in
      switch value.value {
      case .choice(let number, let names):
        #expect(names.indices.contains(number))
        #expect(Set(names).count == names.count)
        return "\(value.name) of \(names.count)"
      case .number(let number):
        #expect(number.isFinite)
        return value.name
      }
    }
  }

  @Test(
    "every bundled world says the same things of each moment", arguments: EnvironmentRegistry.ids)
  func everywhere(id: String) throws {
    var world = try EnvironmentRegistry.make(id, EnvironmentConfigurations())
    var observation = world.makeObservation()
    var generator = Generator(key: Key(seed: 0))
    var shapes: Set<[String]> = []
    for episode in 0..<8 {
      var step = try world.reset(key: Key(seed: 1).fold(episode), into: &observation)
      shapes.insert(shape(world.trueState))
      for _ in 0..<20 where !step.isLast {
        step = try world.step(world.actionSpace.sample(using: &generator), into: &observation)
        shapes.insert(shape(world.trueState))
      }
    }
    #expect(shapes.count == 1)
    #expect(shapes.first?.isEmpty == false)
  }

  @Test("a gridworld says where the agent is and looks, what it carries, and how the door stands")
  func grid() throws {
    var grid = Grid(roomWidth: 5, height: 4)
    grid[2, 1] = Cell(.key, .yellow)
    grid[3, 2] = Cell(.door, .yellow, .locked)
    let family = try #require(GridworldEnvironments.family("gridworld/DoorKey-5x5"))
    let start = Layout(grid: grid, agent: Agent(Position(1, 1), .right))
    var world = GridEnvironment(FixedLayout(family, layout: start))
    var observation = world.makeObservation()
    _ = world.reset(key: Key(seed: 0), into: &observation)
    func words() -> [String] {
      world.trueState.map { value in
        guard case .choice(let number, let names) = value.value else { return "" }
        return "\(value.name): \(names[number])"
      }
    }
    #expect(words() == ["cell: 1, 1", "direction: right", "carried: nothing", "door: closed"])
    for action in [GridAction.pickup, .forward, .right, .forward, .left, .toggle] {
      _ = try world.step(.discrete(action.rawValue), into: &observation)
    }
    #expect(words() == ["cell: 2, 2", "direction: right", "carried: yellow key", "door: open"])
    // Rows of five cells.
    #expect(
      world.trueState[0].value
        == .choice(12, of: (0..<4).flatMap { y in (0..<5).map { "\($0), \(y)" } }))
  }

  @Test("of several doors a gridworld says how many are open")
  func doors() throws {
    var grid = Grid(roomWidth: 5, height: 5)
    grid[2, 1] = Cell(.door, .red, .open)
    grid[3, 3] = Cell(.door, .blue, .closed)
    let family = try #require(GridworldEnvironments.family("gridworld/DoorKey-5x5"))
    let world = GridEnvironment(
      FixedLayout(family, layout: Layout(grid: grid, agent: Agent(Position(1, 1), .down))))
    #expect(world.trueState.last == TrueValue("open doors", .number(1)))
  }

  @Test("a pendulum says its angle by sine and cosine, and its speed")
  func pendulum() {
    let world = PendulumEnvironment<ClassicPendulum>(
      size: 16, start: .init(angle: .pi / 6, velocity: -2))
    #expect(world.trueState.map(\.name) == ["sin angle", "cos angle", "velocity"])
    let numbers = world.trueState.map { value -> Double in
      if case .number(let number) = value.value { number } else { .nan }
    }
    #expect(abs(numbers[0] - 0.5) < 1e-12)
    #expect(abs(numbers[1] - 0.75.squareRoot()) < 1e-12)
    #expect(numbers[2] == -2)
  }

  @Test("wrappers pass it on, and a world need not say anything")
  func wrapped() throws {
    let world = PendulumEnvironment<ClassicPendulum>(size: 16, start: .init(angle: 1, velocity: 2))
    let wrapped = ScaledReward(
      ActionRepeat(TimeLimit(makeDrivenPendulum(world), steps: 5), count: 2))
    #expect(wrapped.trueState == world.trueState)
    #expect(Corridor().trueState == [])
  }

  private func makeDrivenPendulum(_ world: PendulumEnvironment<ClassicPendulum>) -> some Environment
  {
    ChangedFrames(NormalizedActions(CheckedEnvironment(world)), GrayFrame())
  }
}
