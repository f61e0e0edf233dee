import Configuration
import EnvironmentFamilies
import EnvironmentInterface
import Gridworld
import Pendulum

/// The bundled worlds by their ids.
public enum EnvironmentRegistry {
  /// The families in the order in which they are listed. Another one is another line.
  package static let families: [any EnvironmentFamily.Type] = [
    GridworldEnvironments.self,
    PendulumEnvironments.self,
  ]

  /// The ids of all bundled worlds.
  public static var ids: [String] { families.flatMap { $0.ids } }

  /// The family of an id; nil where it is no bundled one's.
  package static func family(of id: String) -> (any EnvironmentFamily.Type)? {
    families.first { id.hasPrefix($0.name + "/") }
  }

  /// A world as agents drive it: wrapped as asked for, actions in units of their bounds, everything
  /// checked.
  ///
  /// - Parameter watcher: who looks at it.
  /// - Throws: ``UnknownEnvironment``; `EnvironmentError` for a choice that the world does not have.
  public static func make(
    _ id: String, _ configuration: EnvironmentConfigurations, for watcher: Watcher = .agent
  ) throws -> any Environment {
    configuration.wrap.wrap(try makeBare(id, configuration), for: watcher)
  }

  /// A world by itself, actions in its own units.
  ///
  /// - Throws: as ``make(_:_:for:)``.
  package static func makeBare(
    _ id: String, _ configuration: EnvironmentConfigurations
  ) throws -> any Environment {
    guard let family = family(of: id), let world = try make(id, family, configuration) else {
      throw UnknownEnvironment(id: id)
    }
    return world
  }

  private static func make<Family: EnvironmentFamily>(
    _ id: String, _ family: Family.Type, _ configuration: EnvironmentConfigurations
  ) throws -> (any Environment)? {
    try Family.make(id: id, configuration: configuration[family])
  }
}

/// Where the copies of a run's world come from, each wrapped as asked for.
package struct EnvironmentSource: Sendable {
  private let task: String
  private let configuration: EnvironmentConfigurations
  private let own: (@Sendable () throws -> any Environment)?

  /// - Parameters:
  ///   - task: the id of a bundled world.
  ///   - own: makes a world of one's own; nil for the bundled one.
  package init(
    task: String, _ configuration: EnvironmentConfigurations,
    own: (@Sendable () throws -> any Environment)?
  ) {
    (self.task, self.configuration, self.own) = (task, configuration, own)
  }

  /// - Throws: ``UnknownEnvironment``; `EnvironmentError`; what a world of one's own throws.
  package func make() throws -> any Environment {
    guard let own else { return try EnvironmentRegistry.make(task, configuration) }
    let world = try own()
    if let violation = Self.violation(world) {
      throw EnvironmentError(
        environment: world.id, problem: violation,
        remedy: "mend its spaces; ConformanceChecker tells all that is wrong")
    }
    return configuration.wrap.wrap(world)
  }

  /// What is wrong with a world's spaces first of all.
  private static func violation(_ world: some Environment) -> String? {
    ConformanceChecker.spaceViolations(of: world).first
  }
}

/// An id that no bundled world has.
public struct UnknownEnvironment: Error, CustomStringConvertible, Equatable {
  /// The id that no bundled world has.
  public let id: String

  /// Looks nothing up; the description does.
  public init(id: String) { self.id = id }

  /// What is unknown, what may be meant or is like it, and where all are listed.
  public var description: String {
    let hint: String
    if let meant = EnvironmentRegistry.meant(by: id) {
      hint = " did you mean “\(meant)”?"
    } else if let suite = OtherSuite(of: id) {
      hint = " \(suite.name) is not bundled; “\(suite.like)” is."
    } else {
      let nearest = ConfigurationNames.nearest(to: id, among: EnvironmentRegistry.ids) ?? ""
      let isNear = ConfigurationNames.editDistance(id, nearest) <= max(3, nearest.count / 2)
      hint = isNear ? " did you mean “\(nearest)”?" : ""
    }
    return "there is no environment “\(id)”:\(hint) `dreamer envs` lists them"
  }
}

extension EnvironmentRegistry {
  /// The bundled world that a name of other programs means, `MiniGrid-Empty-5x5-v0` or
  /// `dmc_pendulum_swingup` for one; nil where it means none.
  package static func meant(by name: String) -> String? {
    if ids.contains(name) { return name }
    let bare = otherNames.reduce(name) {
      $0.hasPrefix($1) ? String($0.dropFirst($1.count)) : $0
    }
    for family in families {
      if let id = family.id(meantBy: bare) { return id }
    }
    return ids.first { $0.lowercased() == bare.lowercased() }
  }

  /// What others put before the names of worlds, in the order in which it may stand.
  private static let otherNames = [
    "gymnasium_", "gym_", "gymnasium/", "gym/", "dmc_", "dm_control/", "minigrid_", "minigrid/",
    "gridworld_",
  ]
}

/// Worlds of which none is bundled, and one that is most like them.
private struct OtherSuite {
  let name: String
  let like: String

  private static let all: [(start: String, name: String, like: String)] = [
    ("dmc_", "dm_control", "pendulum/swingup"), ("dm_control/", "dm_control", "pendulum/swingup"),
    ("atari_", "Atari", "gridworld/Empty-8x8"), ("atari100k_", "Atari", "gridworld/Empty-8x8"),
    ("ale/", "Atari", "gridworld/Empty-8x8"), ("crafter", "Crafter", "gridworld/DoorKey-8x8"),
    ("minecraft_", "Minecraft", "gridworld/DoorKey-8x8"),
    ("dmlab_", "DeepMind Lab", "gridworld/FourRooms"),
    ("procgen_", "Procgen", "gridworld/MultiRoom-N6"),
    ("memmaze_", "Memory Maze", "gridworld/MemoryS7"), ("bsuite_", "bsuite", "gridworld/MemoryS7"),
    ("loconav_", "the loconav suite", "pendulum/swingup"),
    ("dummy_", "the dummy world", "gridworld/Empty-5x5"),
    ("cartpole", "CartPole", "pendulum/classic"), ("acrobot", "Acrobot", "pendulum/swingup"),
    ("mountaincar", "MountainCar", "pendulum/classic"),
    ("babyai", "BabyAI", "gridworld/DoorKey-5x5"),
  ]

  init?(of id: String) {
    let id = id.lowercased()
    guard let suite = Self.all.first(where: { id.hasPrefix($0.start) }) else { return nil }
    (name, like) = (suite.name, suite.like)
  }
}
