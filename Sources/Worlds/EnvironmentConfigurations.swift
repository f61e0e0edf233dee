import Configuration
import EnvironmentFamilies
import Files

/// `env`: the choices that environments leave, a group for each family, and what stands around any
/// world.
public struct EnvironmentConfigurations: Sendable {
  /// By the names of families.
  private var families = [String: any EnvironmentSettings](
    uniqueKeysWithValues: EnvironmentRegistry.families.map { ($0.name, defaults(of: $0)) })
  /// What stands around any world.
  public var wrap = WrapConfiguration()

  /// The defaults of every family, and of what stands around worlds.
  public init() {}

  /// The settings of a family's worlds.
  public subscript<Family: EnvironmentFamily>(family: Family.Type) -> Family.Settings {
    get { families[Family.name] as? Family.Settings ?? Family.Settings() }
    set { families[Family.name] = newValue }
  }

  private static func defaults<Family: EnvironmentFamily>(
    of family: Family.Type
  ) -> any EnvironmentSettings { Family.Settings() }

  /// What values must be, by key.
  package static var ranges: [ConfigurationRange] {
    EnvironmentRegistry.families.flatMap { ranges(of: $0).under($0.name) }
      + WrapConfiguration.ranges.under("wrap")
  }

  private static func ranges<Family: EnvironmentFamily>(of family: Family.Type)
    -> [ConfigurationRange]
  { Family.Settings.ranges }
}

/// Keys are found by reflection: a family's settings are what a property of its name would be.
extension EnvironmentConfigurations: CustomReflectable {
  /// A child for each family, by its name, and one for `wrap`: the groups of keys.
  public var customMirror: Mirror {
    let groups = EnvironmentRegistry.families.compactMap { family -> Mirror.Child? in
      families[family.name].map { (label: family.name, value: $0) }
    }
    return Mirror(self, children: groups + [(label: "wrap", value: wrap)])
  }
}

extension EnvironmentConfigurations: Equatable {
  /// Whether the settings of all families, and of what stands around worlds, are the same.
  public static func == (one: Self, other: Self) -> Bool {
    func areEqual<Settings: EnvironmentSettings>(
      _ one: Settings, _ other: (any EnvironmentSettings)?
    ) -> Bool { other as? Settings == one }
    guard one.wrap == other.wrap else { return false }
    for (name, settings) in one.families where !areEqual(settings, other.families[name]) {
      return false
    }
    return true
  }
}

extension EnvironmentConfigurations: Codable {
  private static let wrap = NamedKey("wrap")

  /// - Throws: `DecodingError` where a family's group, `wrap` or a key of theirs is missing.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: NamedKey.self)
    func decode<Family: EnvironmentFamily>(_ family: Family.Type) throws -> any EnvironmentSettings
    {
      try values.decode(Family.Settings.self, forKey: NamedKey(Family.name))
    }
    for family in EnvironmentRegistry.families { families[family.name] = try decode(family) }
    wrap = try values.decode(WrapConfiguration.self, forKey: Self.wrap)
  }

  /// Writes a group for each family, and `wrap`.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: NamedKey.self)
    for (name, settings) in families {
      try values.encode(settings, forKey: NamedKey(name))
    }
    try values.encode(wrap, forKey: Self.wrap)
  }
}
