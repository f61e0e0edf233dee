import Configuration
import EnvironmentInterface

/// What a family of worlds lets one choose: a group of keys under `env`, named as the family is.
///
/// A property is spelled as its key in camel case, and its initial value is the default.
public protocol EnvironmentSettings: Codable, Sendable, Equatable {
  /// The defaults.
  init()

  /// What values must be, by key.
  static var ranges: [ConfigurationRange] { get }
}

/// Bundled worlds whose ids begin with the same name, with all that belongs to them: keys and their
/// ranges, a preset, what a person who plays wants to see.
///
/// `EnvironmentRegistry.families` (module `Worlds`) names each.
public protocol EnvironmentFamily: Sendable {
  associatedtype Settings: EnvironmentSettings

  /// What ids begin with, before a slash; also the name of the preset, and of the group of keys under
  /// `env`.
  static var name: String { get }

  /// The ids of all its worlds, in the order in which they are listed.
  static var ids: [String] { get }

  /// The world of an id.
  ///
  /// - Returns: nil where there is none here.
  /// - Throws: `EnvironmentError` for settings that the world does not have.
  static func make(id: String, configuration: Settings) throws -> (any Environment)?

  /// The settings with which agents are trained, as YAML over the defaults of all keys.
  static var preset: String { get }

  /// What to set where a person plays, without the group: `size=320`.
  static var settingsForPeople: [String] { get }

  /// The id of the world that another program's name means, without what stands before it there
  /// (`gym_`, `dmc_`); nil where it means none.
  static func id(meantBy name: String) -> String?
}

extension EnvironmentFamily {
  /// People play with the defaults.
  public static var settingsForPeople: [String] { [] }
  /// No other program's name means one of these worlds.
  public static func id(meantBy name: String) -> String? { nil }
}
