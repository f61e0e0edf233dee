import Configuration
import EnvironmentFamilies
import EnvironmentInterface
import Foundation

/// The choices that a gridworld leaves: `env.gridworld`.
public struct GridworldConfiguration: EnvironmentSettings {
  /// `all`: MiniGrid's actions, seven in most worlds. `useful`: those that a solution can need.
  public var actions = "all"
  /// `view`: the agent's view as pixels. `grid`: the whole grid as pixels. `symbolic`: the view as
  /// numbers. Or several, such as `view+symbolic`.
  public var observation = "view"

  /// MiniGrid's actions, and the agent's view as pixels.
  public init() {}

  /// Two sets of actions; one kind of observation, or several in this order, with `+` between them.
  public static let ranges: [ConfigurationRange] = [
    ("actions", .oneOf(["all", "useful"])),
    (
      "observation",
      .oneOf([
        "view", "grid", "symbolic", "view+grid", "view+symbolic", "grid+symbolic",
        "view+grid+symbolic",
      ])
    ),
  ]
}

/// The gridworlds of this module.
public enum GridworldEnvironments: EnvironmentFamily {
  /// What ids begin with, before a slash, and the group `env.gridworld`.
  public static let name = "gridworld"
  static let prefix = name + "/"

  /// One list a file of `Families`.
  private static let families = byFile.flatMap { $0 }
  private static let byFile: [[any Family]] = [
    EmptyRoom.all, FourRooms.all, DoorKey.all, LavaGap.all, Crossing.all, DistShift.all,
    DynamicObstacles.all, Memory.all, MultiRoom.all, KeyCorridor.all, Unlock.all, UnlockPickup.all,
    RedBlueDoors.all, LockedRoom.all,
  ]

  /// Their ids: `gridworld/` and the name that MiniGrid gives the world.
  public static let ids = families.map { prefix + $0.name }

  /// The family of an id, or nil where there is none here.
  package static func family(_ id: String) -> (any Family)? {
    families.first { prefix + $0.name == id }
  }

  /// The family of MiniGrid's own id, such as `MiniGrid-Empty-5x5-v0`, or nil where there is none
  /// here.
  package static func family(miniGridID id: String) -> (any Family)? {
    // Kept there for compatibility: what is called four rooms has six.
    if id == "MiniGrid-MultiRoom-N4-S5-v0" { return MultiRoom.sixSmallRooms }
    guard id.hasPrefix("MiniGrid-"), let version = id.range(of: "-v", options: .backwards) else {
      return nil
    }
    return family(prefix + id[..<version.lowerBound].dropFirst("MiniGrid-".count))
  }

  /// Small pictures and short episodes.
  public static var preset: String { String(decoding: PackageResources.Preset_yaml, as: UTF8.self) }

  /// The whole grid beside the agent's view.
  public static let settingsForPeople = ["observation=view+grid"]

  /// Understands MiniGrid's own ids, such as `MiniGrid-Empty-5x5-v0`, and the ids of this module
  /// without `gridworld/`, in capitals or not.
  public static func id(meantBy name: String) -> String? {
    if let family = family(miniGridID: name) { return prefix + family.name }
    return ids.first { $0.lowercased() == prefix + name.lowercased() }
  }

  /// The world of an id, or nil where there is none here.
  /// - Throws: ``EnvironmentError`` where the configuration has a value that it cannot have.
  public static func make(
    id: String, configuration: GridworldConfiguration = GridworldConfiguration()
  ) throws -> (any Environment)? {
    guard let family = family(id) else { return nil }
    guard let observation = GridObservation(named: configuration.observation) else {
      throw EnvironmentError(
        environment: id, problem: "env.gridworld.observation is '\(configuration.observation)'",
        remedy: "set it to 'view', 'grid', 'symbolic' or several such as 'view+symbolic'")
    }
    let actions = try actions(configuration.actions, of: family, id: id)
    return GridEnvironment(family, actions: actions, observing: observation)
  }

  private static func actions(
    _ choice: String, of family: some Family, id: String
  ) throws -> [GridAction] {
    switch choice {
    case "all": family.actions
    case "useful": family.usefulActions
    default:
      throw EnvironmentError(
        environment: id, problem: "env.gridworld.actions is '\(choice)'",
        remedy: "set it to 'all' or 'useful'")
    }
  }
}
