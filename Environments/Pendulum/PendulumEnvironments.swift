import EnvironmentInterface

/// The choices that a pendulum leaves: `env.pendulum`.
public struct PendulumConfiguration: Codable, Sendable, Equatable {
  /// Rows and columns of the picture, 16 to 1024.
  public var size = 64

  public init() {}
}

/// The pendulums of this module.
public enum PendulumEnvironments {
  /// Their ids.
  public static let ids = [ClassicPendulum.id, SwingUpPendulum.id]

  /// The world of an id, or nil where there is none here.
  /// - Throws: ``EnvironmentError`` where the configuration has a value that it cannot have.
  public static func make(
    id: String, configuration: PendulumConfiguration = PendulumConfiguration()
  ) throws -> (any Environment)? {
    guard ids.contains(id) else { return nil }
    guard 16...1024 ~= configuration.size else {
      throw EnvironmentError(
        environment: id, problem: "env.pendulum.size is \(configuration.size)",
        remedy: "set it to 16...1024 pixels")
    }
    return id == ClassicPendulum.id
      ? PendulumEnvironment<ClassicPendulum>(size: configuration.size)
      : PendulumEnvironment<SwingUpPendulum>(size: configuration.size)
  }
}
