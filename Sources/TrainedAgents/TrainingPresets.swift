import Configuration
import Worlds

/// Named overlays, compiled in so that the executable can be moved alone.
enum TrainingPresets {
  /// In the order in which they are listed to users; those of the worlds are the last.
  static let all: [ConfigurationPreset] =
    [
      preset("size1m", PackageResources.size1m_yaml),
      preset("size12m", PackageResources.size12m_yaml),
      preset("size25m", PackageResources.size25m_yaml),
      preset("size50m", PackageResources.size50m_yaml),
      preset("size100m", PackageResources.size100m_yaml),
      preset("size200m", PackageResources.size200m_yaml),
      preset("size400m", PackageResources.size400m_yaml),
      preset("debug", PackageResources.debug_yaml),
    ] + EnvironmentRegistry.families.map { ConfigurationPreset(name: $0.name, yaml: $0.preset) }

  private static func preset(_ name: String, _ yaml: [UInt8]) -> ConfigurationPreset {
    ConfigurationPreset(name: name, yaml: String(decoding: yaml, as: UTF8.self))
  }
}
