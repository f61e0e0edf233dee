import EnvironmentInterface
import Gridworld
import Pendulum

/// The bundled worlds by their ids.
public enum EnvironmentRegistry {
  public static var ids: [String] { GridworldEnvironments.ids + PendulumEnvironments.ids }

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
  public static func makeBare(
    _ id: String, _ configuration: EnvironmentConfigurations
  ) throws -> any Environment {
    if let world = try GridworldEnvironments.make(id: id, configuration: configuration.gridworld) {
      return world
    }
    if let world = try PendulumEnvironments.make(id: id, configuration: configuration.pendulum) {
      return world
    }
    throw UnknownEnvironment(id: id)
  }
}

/// Where the copies of a run's world come from, each wrapped as asked for.
struct EnvironmentSource: Sendable {
  private let configuration: TrainingConfiguration
  private let own: (@Sendable () throws -> any Environment)?

  /// - Parameter own: makes a world of one's own; nil for the bundled one that `task` names.
  init(_ configuration: TrainingConfiguration, own: (@Sendable () throws -> any Environment)?) {
    self.configuration = configuration
    self.own = own
  }

  /// - Throws: ``UnknownEnvironment``; `EnvironmentError`; what a world of one's own throws.
  func make() throws -> any Environment {
    guard let own else {
      return try EnvironmentRegistry.make(configuration.task, configuration.env)
    }
    return configuration.env.wrap.wrap(try own())
  }
}

/// An id that no bundled world has.
public struct UnknownEnvironment: Error, CustomStringConvertible, Equatable {
  public let id: String

  public var description: String {
    let nearest = ConfigurationNames.nearest(to: id, among: EnvironmentRegistry.ids)
    let hint = nearest.map { "did you mean “\($0)”? " } ?? ""
    return "there is no environment “\(id)”: \(hint)`dreamer envs` lists them"
  }
}
