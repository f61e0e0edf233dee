import EnvironmentInterface

/// The choices that a gridworld leaves: `env.gridworld`.
public struct GridworldConfiguration: Codable, Sendable, Equatable {
  /// `all`: MiniGrid's seven actions. `useful`: those that can change anything in the world.
  public var actions = "all"

  public init() {}
}

/// The gridworlds of this module.
public enum GridworldEnvironments {
  static let prefix = "gridworld/"
  private static let families: [any Family] = EmptyRoom.all

  /// Their ids: `gridworld/` and the name that MiniGrid gives the world.
  public static let ids = families.map { prefix + $0.name }

  /// The world of an id, or nil where there is none here.
  /// - Throws: ``EnvironmentError`` where the configuration has a value that it cannot have.
  public static func make(
    id: String, configuration: GridworldConfiguration = GridworldConfiguration()
  ) throws -> (any Environment)? {
    guard let family = families.first(where: { prefix + $0.name == id }) else { return nil }
    return GridEnvironment(family, actions: try actions(configuration.actions, of: family, id: id))
  }

  private static func actions(
    _ choice: String, of family: some Family, id: String
  ) throws -> [GridAction] {
    switch choice {
    case "all": GridAction.allCases
    case "useful": family.usefulActions
    default:
      throw EnvironmentError(
        environment: id, problem: "env.gridworld.actions is '\(choice)'",
        remedy: "set it to 'all' or 'useful'")
    }
  }
}
