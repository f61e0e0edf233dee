import EnvironmentInterface
import Randomness
import Runs
import Worlds

/// How fast a world goes by itself.
package struct EnvironmentSpeed: Sendable, Equatable {
  package var id: String
  package var stepsPerSecond: Double
}

extension EnvironmentSpeed {
  /// Steps each bundled world with random actions, resets and pictures included.
  /// - Parameter seconds: Time for each world.
  /// - Throws: `EnvironmentError`.
  package static func measure(
    _ configuration: EnvironmentConfigurations, seconds: Double = 0.5
  ) throws -> [EnvironmentSpeed] {
    try EnvironmentRegistry.ids.map { id in
      let world = try EnvironmentRegistry.make(id, configuration)
      return EnvironmentSpeed(id: id, stepsPerSecond: try measure(world, seconds: seconds))
    }
  }

  private static func measure(
    _ world: any Environment, seconds: Double
  ) throws -> Double {
    var world = world
    var observation = world.makeObservation()
    let key = Key(seed: 0).fold("environment speed")
    var generator = Generator(key: key.fold("actions"))
    var (steps, episode, isLast) = (0, 0, true)
    let clock = Stopwatch()
    while clock.seconds < seconds {
      if isLast {
        _ = try world.reset(key: key.fold(episode), into: &observation)
        (episode, isLast) = (episode + 1, false)
      } else {
        let action = world.actionSpace.sample(using: &generator)
        isLast = try world.step(action, into: &observation).isLast
        steps += 1
      }
    }
    return Double(steps) / clock.seconds
  }
}
