import Configuration
import EnvironmentFamilies
import EnvironmentInterface

/// The choices that a pendulum leaves: `env.pendulum`.
public struct PendulumConfiguration: EnvironmentSettings {
  /// Rows and columns of the picture, 16 to 1024.
  public var size = 64

  /// A picture of 64×64 pixels, the reference's frame size.
  public init() {}

  /// A picture of 16 to 1024 pixels a side.
  public static let ranges: [ConfigurationRange] = [("size", .within(16...1024))]
}

/// The pendulums of this module.
public enum PendulumEnvironments: EnvironmentFamily {
  /// What ids begin with, before a slash, and the group `env.pendulum`.
  public static let name = "pendulum"

  /// Their ids.
  public static let ids = [ClassicPendulum.id, SwingUpPendulum.id]

  /// Twice the updates for each step that a gridworld takes.
  public static var preset: String { String(decoding: PackageResources.Preset_yaml, as: UTF8.self) }

  /// A fine picture.
  public static let settingsForPeople = ["size=320"]

  /// Understands Gymnasium's `Pendulum-v1`, dm_control's `pendulum_swingup`, and the ids of this
  /// module without `pendulum/`, in capitals or not.
  public static func id(meantBy name: String) -> String? {
    switch name.lowercased() {
    case "pendulum-v0", "pendulum-v1", "pendulum", "classic": ClassicPendulum.id
    case "pendulum_swingup", "pendulum-swingup", "swingup": SwingUpPendulum.id
    default: nil
    }
  }

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
