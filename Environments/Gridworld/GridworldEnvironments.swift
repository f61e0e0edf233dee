import EnvironmentInterface
import Foundation

/// The choices that a gridworld leaves: `env.gridworld`.
public struct GridworldConfiguration: Codable, Sendable, Equatable {
  /// `all`: MiniGrid's actions, seven in most worlds. `useful`: those that a solution can need.
  public var actions = "all"
  /// `view`: the agent's view as pixels. `grid`: the whole grid as pixels. `symbolic`: the view as
  /// numbers. Or several, such as `view+symbolic`.
  public var observation = "view"

  public init() {}
}

/// The gridworlds of this module.
public enum GridworldEnvironments {
  static let prefix = "gridworld/"

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
