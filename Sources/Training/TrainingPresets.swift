import Configuration

/// Named overlays, compiled in so that the executable can be moved alone.
enum TrainingPresets {
  /// In the order in which they are listed to users.
  static let all: [ConfigurationPreset] = [
    preset("size1m", PackageResources.size1m_yaml),
    preset("size12m", PackageResources.size12m_yaml),
    preset("size25m", PackageResources.size25m_yaml),
    preset("size50m", PackageResources.size50m_yaml),
    preset("size100m", PackageResources.size100m_yaml),
    preset("size200m", PackageResources.size200m_yaml),
    preset("size400m", PackageResources.size400m_yaml),
    preset("debug", PackageResources.debug_yaml),
    preset("gridworld", PackageResources.gridworld_yaml),
    preset("pendulum", PackageResources.pendulum_yaml),
  ]

  /// The presets that belong to environments: their names are what ids begin with.
  static let environments = ["gridworld", "pendulum"]

  /// The preset of an environment's id; nil where it has none.
  static func name(forEnvironment id: String) -> String? {
    environments.first { id.hasPrefix($0 + "/") }
  }

  private static func preset(_ name: String, _ yaml: [UInt8]) -> ConfigurationPreset {
    ConfigurationPreset(name: name, yaml: String(decoding: yaml, as: UTF8.self))
  }
}
