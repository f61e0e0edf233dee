/// A tree of settings that presets, files and options fill in: what a program of some kind can be told.
///
/// A property is spelled as its key in camel case, and its initial value is the default; properties that
/// are neither numbers, texts, truth values nor lists of those are groups of keys.
public protocol ConfigurationRoot: Codable, Sendable, Equatable {
  /// The defaults.
  init()

  /// What values must be, by key; `*.` at the start stands for any group, `.*` at the end for all keys of
  /// one.
  static var ranges: [ConfigurationRange] { get }

  /// Named overlays, in the order in which they are listed to users.
  static var presets: [ConfigurationPreset] { get }

  /// The preset that belongs to what the values say, an environment for one, and comes before all that
  /// are named; nil where there is none.
  static func ownPreset(of table: ConfigurationTable<Self>) -> String?

  /// What to say of a key that there is not; nil where it is simply unknown.
  static func advice(forUnknown key: String) -> String?

  /// Whether a number may be infinite.
  static func mayBeInfinite(_ key: String) -> Bool

  /// Checks values that depend on each other.
  ///
  /// - Parameter table: its ``ConfigurationTable/require(_:_:_:value:)`` throws with the origin of a
  ///   value.
  /// - Throws: ``ConfigurationError``.
  func check(_ table: ConfigurationTable<Self>) throws
}

extension ConfigurationRoot {
  /// By default no value has a preset.
  public static func ownPreset(of table: ConfigurationTable<Self>) -> String? { nil }
  /// By default there is nothing to say but that the key is unknown.
  public static func advice(forUnknown key: String) -> String? { nil }
  /// By default no number may be.
  public static func mayBeInfinite(_ key: String) -> Bool { false }
  /// By default no values depend on each other.
  public func check(_ table: ConfigurationTable<Self>) throws {}
}

/// A rule for the values of some keys.
public typealias ConfigurationRange = (pattern: String, rule: ConfigurationRule)

/// A named overlay, as YAML.
public struct ConfigurationPreset: Sendable {
  /// What `--preset` and `include` call it.
  public let name: String
  /// Keys, nested or dotted; those of other presets come before them under `include`.
  public let yaml: String

  /// - Parameter yaml: what is wrong with it is told where the preset is overlaid.
  public init(name: String, yaml: String) { (self.name, self.yaml) = (name, yaml) }
}

extension [ConfigurationRange] {
  /// The same rules for keys that stand in a group.
  public func under(_ group: String) -> Self {
    map { (pattern: "\(group).\($0.pattern)", rule: $0.rule) }
  }

  /// Several lists as one.
  public static func all(_ lists: Self...) -> Self { lists.flatMap { $0 } }

  /// Rules for several keys.
  public static func each(_ keys: String..., are rule: ConfigurationRule...) -> Self {
    keys.flatMap { key in rule.map { (pattern: key, rule: $0) } }
  }
}
