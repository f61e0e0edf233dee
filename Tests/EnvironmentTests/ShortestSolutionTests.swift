import EnvironmentInterface
import Foundation
import Gridworld
import NeuralNetworks
import Randomness
import TestSupport
import Testing

@Suite("Shortest solutions")
struct ShortestSolutionTests {
  private func layout(of family: any Family, seed: Int) -> Layout {
    var generator = Generator(key: Key(seed: UInt64(seed)))
    return family.makeLayout(using: &generator)
  }

  @Test(
    "a thousand layouts of each world can be solved, and the mean return is the one stated",
    arguments: GridworldEnvironments.ids)
  func bestReturns(id: String) throws {
    let family = try #require(GridworldEnvironments.family(id))
    var sum = 0.0
    for seed in 0..<1000 {
      let actions = try #require(
        ShortestSolution.actions(of: layout(of: family, seed: seed), in: family), "seed \(seed)")
      #expect(actions.count <= family.maxSteps)
      sum += 1 - 0.9 * Double(actions.count) / Double(family.maxSteps)
    }
    let stated = try #require(try GridworldEnvironments.make(id: id)).information.bestReturn
    #expect(stated == (sum / 1000 * 1e4).rounded() / 1e4)
  }

  /// Worlds in which nothing moves by itself.
  static let still = GridworldEnvironments.ids.filter { !$0.contains("Dynamic") }

  @Test("who plays a shortest solution succeeds with its last action", arguments: still)
  func played(id: String) throws {
    let family = try #require(GridworldEnvironments.family(id))
    for seed in 0..<5 {
      let layout = layout(of: family, seed: seed)
      let actions = try #require(ShortestSolution.actions(of: layout, in: family))
      var world = GridEnvironment(FixedLayout(family, layout: layout))
      var observation = world.makeObservation()
      var step = world.reset(key: Key(seed: 0), into: &observation)
      for action in actions {
        #expect(!step.isLast)
        step = try world.step(.discrete(action.rawValue), into: &observation)
      }
      let best = 1 - 0.9 * (Double(actions.count) / Double(family.maxSteps))
      #expect(step == Step(reward: best, isLast: true, isTerminal: true, success: true))
    }
  }

  @Test("Empty-5x5 from its corner: two steps, a turn, two steps")
  func literal() throws {
    let family = try #require(GridworldEnvironments.family("gridworld/Empty-5x5"))
    let actions = ShortestSolution.actions(of: layout(of: family, seed: 0), in: family)
    #expect(actions == [.forward, .forward, .right, .forward, .forward])
  }

  @Test("what cannot be solved has no solution")
  func unsolvable() throws {
    let family = try #require(GridworldEnvironments.family("gridworld/DoorKey-5x5"))
    var layout = layout(of: family, seed: 0)
    let key = try #require(layout.grid.positions(of: .key).first)
    layout.grid[key] = .empty
    #expect(ShortestSolution.actions(of: layout, in: family) == nil)
  }

  /// Files ending in 0 hold a shortest solution after three idle actions, where one was found.
  @Test("recorded shortest solutions are as short", arguments: Fixtures.gridTraces)
  func recorded(file: URL) throws {
    let tensors = try SafeTensors(contentsOf: file)
    guard tensors["reward"]?.doubles.last ?? 0 > 0, file.lastPathComponent.contains("-0.") else {
      return
    }
    let family = try #require(
      GridworldEnvironments.family(miniGridID: tensors.metadata["id"] ?? ""))
    let shape = try #require(tensors["grid0"]).shape
    let grid = try #require(
      Grid(encoding: tensors["grid0"]?.bytes ?? [], width: shape[0], height: shape[1]))
    let agent = try #require(tensors["agent0"]?.integers)
    let direction = try #require(Direction(rawValue: agent[2]))
    let layout = Layout(grid: grid, agent: Agent(Position(agent[0], agent[1]), direction))
    let actions = try #require(tensors["action"]?.integers).compactMap(GridAction.init(rawValue:))
    var episode = GridEpisode(layout, in: family, key: Key(seed: 0))
    let idle: [GridAction] = [.left, .right, .done]
    #expect(Array(actions.prefix(3)) == idle)
    for action in idle { #expect(episode.act(action) == nil) }
    let solution = try #require(ShortestSolution.actions(from: episode, in: family))
    #expect(solution.count == actions.count - idle.count)
  }
}
