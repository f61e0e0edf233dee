import AllocationCounter
import EnvironmentInterface
import Gridworld
import Randomness
import Testing
import Worlds

/// A world has its memory after the reset: a step takes none, be it checked, scaled or repeated.
@Suite("memory of a step in a world", .enabled(if: ac_is_available()))
struct EnvironmentAllocationTests {
  /// Plays an episode with random actions and counts what its steps take, but for the first few,
  /// which make what is shared by all.
  private func steadyAllocations(
    _ id: String, _ configuration: EnvironmentConfigurations = EnvironmentConfigurations()
  ) throws -> Int {
    var world = try EnvironmentRegistry.make(id, configuration)
    var observation = world.makeObservation()
    let key = Key(seed: 3)
    var generator = Generator(key: key.fold("actions"))
    let actions = (0..<300).map { _ in world.actionSpace.sample(using: &generator) }
    var (count, episode, isLast) = (0, 0, true)
    for (time, action) in actions.enumerated() {
      if isLast {
        _ = try world.reset(key: key.fold(episode), into: &observation)
        (episode, isLast) = (episode + 1, false)
      }
      let taken = try allocations { isLast = try world.step(action, into: &observation).isLast }
      if time >= 10 { count += taken }
    }
    return count
  }

  @Test("every bundled world as it is driven", arguments: EnvironmentRegistry.ids)
  func bundled(id: String) throws {
    #expect(try steadyAllocations(id) == 0)
  }

  @Test("all that a gridworld can show")
  func observations() throws {
    var configuration = EnvironmentConfigurations()
    configuration[GridworldEnvironments.self].observation = "view+grid+symbolic"
    #expect(try steadyAllocations("gridworld/DoorKey-5x5", configuration) == 0)
  }

  @Test(
    "repeated, limited, scaled, resized, grey and stacked",
    arguments: ["gridworld/Empty-8x8", "pendulum/classic", "pendulum/swingup"])
  func wrapped(id: String) throws {
    var configuration = EnvironmentConfigurations()
    configuration.wrap.repeat = 2
    configuration.wrap.timeLimit = 60
    configuration.wrap.rewardScale = 0.5
    configuration.wrap.rewardClip = 2
    configuration.wrap.size = 32
    configuration.wrap.gray = true
    configuration.wrap.stack = 3
    #expect(try steadyAllocations(id, configuration) == 0)
  }
}
