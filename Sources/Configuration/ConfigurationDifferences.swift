/// A key whose value is not the default.
public struct ConfigurationDifference: Sendable, Equatable {
  /// From the root, `agent.opt.lr` for one.
  public let key: String
  /// In YAML.
  public let value: String
  /// What it is in the other configuration, by default the default; in YAML.
  public let defaultValue: String
}

extension ConfigurationRoot {
  /// What is not as in another configuration, in the order of the properties.
  /// - Parameter other: by default the defaults.
  public func differences(
    from other: Self = Self()
  ) -> [ConfigurationDifference] {
    zip(ConfigurationTable(self).rows, ConfigurationTable(other).rows)
      .filter { $0.value != $1.value }
      .map {
        ConfigurationDifference(
          key: $0.key, value: $0.value.yaml, defaultValue: $1.value.yaml)
      }
  }
}
