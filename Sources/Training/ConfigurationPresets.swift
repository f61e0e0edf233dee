import Files
import Yams

/// Named overlays, compiled in so that the executable can be moved alone.
enum ConfigurationPresets {
  /// YAML by name, in the order in which they are listed to users.
  static let all: [(name: String, yaml: [UInt8])] = [
    ("size1m", PackageResources.size1m_yaml),
    ("size12m", PackageResources.size12m_yaml),
    ("size25m", PackageResources.size25m_yaml),
    ("size50m", PackageResources.size50m_yaml),
    ("size100m", PackageResources.size100m_yaml),
    ("size200m", PackageResources.size200m_yaml),
    ("size400m", PackageResources.size400m_yaml),
    ("debug", PackageResources.debug_yaml),
    ("gridworld", PackageResources.gridworld_yaml),
    ("pendulum", PackageResources.pendulum_yaml),
  ]

  /// The presets that belong to environments: their names are what ids begin with.
  static let environments = ["gridworld", "pendulum"]

  /// The preset of an environment's id; nil where it has none.
  static func name(forEnvironment id: String) -> String? {
    environments.first { id.hasPrefix($0 + "/") }
  }

  /// - Parameter origin: what names the preset; nil where the caller does.
  /// - Throws: ``ConfigurationError`` where there is no such preset.
  static func yaml(of name: String, for origin: ConfigurationOrigin? = nil) throws -> String {
    if let preset = all.first(where: { $0.name == name }) {
      return String(decoding: preset.yaml, as: UTF8.self)
    }
    if name.utf8.contains(UInt8(ascii: "=")) {
      throw ConfigurationError(
        keyPath: "", value: "preset \(name)",
        reason: "there is no such preset; keys are set with --set \(ForeignText.shellWord(name))",
        origin: origin)
    }
    let names = all.map(\.name)
    let nearest = ConfigurationNames.nearest(to: name, among: names) ?? ""
    throw ConfigurationError(
      keyPath: "", value: "preset \(name)",
      reason: "there is no such preset; the nearest is \(nearest), "
        + "all are \(names.joined(separator: ", "))", origin: origin)
  }
}

extension ConfigurationTable {
  /// Overlays a preset.
  /// - Parameter origin: the text that includes it; nil for none.
  /// - Throws: ``ConfigurationError``.
  mutating func overlay(preset name: String, for origin: ConfigurationOrigin? = nil) throws {
    try overlay(
      including: ConfigurationPresets.yaml(of: name, for: origin), origin: .preset(name))
  }

  /// Overlays a YAML text after the presets that it names under `include`.
  /// - Throws: ``ConfigurationError``.
  mutating func overlay(including yaml: String, origin: ConfigurationOrigin) throws {
    guard var node = try Self.compose(yaml, origin: origin) else { return }
    if case .mapping(let pairs) = node, let includes = node["include"] {
      for name in includes.sequence?.compactMap(\.scalar?.string) ?? [includes.scalar?.string ?? ""]
      where origin != .preset(name) {
        try overlay(preset: name, for: origin)
      }
      node = .mapping(Node.Mapping(pairs.filter { $0.key.scalar?.string != "include" }))
    }
    try overlay(node, origin: origin)
  }
}
