import Files
import Foundation

/// A configuration that is valid and knows where each of its values comes from.
public struct ResolvedConfiguration<Root: ConfigurationRoot>: Sendable, Equatable {
  /// All values, each within its range.
  public let configuration: Root
  /// What is not a default, by key.
  public let origins: [String: ConfigurationOrigin]

  /// The configuration as YAML that ``ConfigurationRoot/init(yaml:file:)`` reads, its keys in
  /// the order of the properties.
  /// - Parameter withOrigins: Whether each value says in a comment where it is from.
  public func yaml(withOrigins: Bool = false) -> String {
    ConfigurationTable(configuration).yaml { key in
      withOrigins ? origins[key].map { "\($0)" } ?? "default" : nil
    }
  }
}

extension ConfigurationRoot {
  /// The configuration of a run, checked.
  /// - Parameters:
  ///   - saved: The configuration of a run that is to be continued: what is not set otherwise is as
  ///     there, and the environment's own preset has had its say.
  ///   - presets: Names of presets, each over the one before.
  ///   - files: YAML files over these. `include: NAME` in one overlays a preset before it.
  ///   - options: what other options of the command say, each as `key=value`, over the files.
  ///   - set: `key=value`, over all else. A value is a number, a text or a list such as `[2, 3]`.
  /// - Throws: ``ConfigurationError``; `FileError` where a file cannot be read.
  public static func resolve(
    over saved: URL? = nil, presets: [String] = [], files: [URL] = [],
    options: [(name: String, assignment: String)] = [], set: [String] = []
  ) throws -> ResolvedConfiguration<Self> {
    // Once: a file may come through a pipe.
    let texts = try files.map { file in
      try checkIsNoPreset(file)
      return (name: file.lastPathComponent, text: try Self.text(of: file))
    }
    func overlaid(_ presets: [String]) throws -> ConfigurationTable<Self> {
      try Self.table(
        over: saved, presets: presets, files: texts, options: options, set: set)
    }
    var table = try overlaid(presets)
    if saved == nil, let own = ownPreset(of: table) {
      table = try overlaid([own] + presets)
    }
    try table.validate()
    return try ResolvedConfiguration(table)
  }

  private static func table(
    over saved: URL?, presets: [String], files: [(name: String, text: String)],
    options: [(name: String, assignment: String)], set: [String]
  ) throws -> ConfigurationTable<Self> {
    var table = ConfigurationTable(Self())
    if let saved {
      try table.overlay(
        yaml: text(of: saved), origin: .file(saved.lastPathComponent))
    }
    for name in presets { try table.overlay(preset: name) }
    for file in files {
      try table.overlay(including: file.text, origin: .file(file.name))
    }
    for option in options {
      try table.overlay(assignment: option.assignment, origin: .option(option.name))
    }
    for assignment in set { try table.overlay(assignment: assignment, origin: .option("--set")) }
    return table
  }

  /// - Throws: `FileError` where a preset is named as a file, as the reference's `--configs` may be.
  private static func checkIsNoPreset(_ file: URL) throws {
    let name = file.relativePath
    guard presetNames.contains(name), !FileManager.default.fileExists(atPath: file.path) else {
      return
    }
    throw FileError(
      .missing, path: file.path, what: "there is no such file",
      remedy: "for the preset of that name, use --preset \(name)")
  }

  /// The names that ``resolve(over:presets:files:options:set:)`` takes for presets.
  public static var presetNames: [String] { presets.map(\.name) }

  /// Reads a run's `config.yaml`. Keys that it lacks have their defaults.
  /// - Parameter file: What errors call it.
  /// - Throws: ``ConfigurationError``, also where a value is out of its range.
  public init(yaml: String, file: String = "config.yaml") throws {
    var table = ConfigurationTable(Self())
    try table.overlay(yaml: yaml, origin: .file(file))
    try table.validate()
    self = try table.configuration()
  }

  /// Reads a run's `config.yaml`.
  /// - Throws: ``ConfigurationError``; `FileError` where it cannot be read.
  package init(contentsOf file: URL) throws {
    try self.init(yaml: Self.text(of: file), file: file.path)
  }

  /// A file's text, which must be what was written: to repair it is to read another.
  private static func text(of file: URL) throws -> String {
    guard let text = String(validating: try AtomicFile.read(file), as: UTF8.self) else {
      throw FileError(
        .malformed, path: file.path, what: "is not UTF-8", remedy: "save it as UTF-8 text")
    }
    return text
  }

  /// The names of all keys, in the order of the properties.
  package static var keys: [String] {
    ConfigurationTable(Self()).rows.map(\.key)
  }

  /// The same with some values set.
  /// - Parameter set: `key=value` each.
  /// - Throws: ``ConfigurationError``, also where a value is out of its range.
  package func overlaid(_ set: [String]) throws -> Self {
    if set.isEmpty { return self }
    var table = ConfigurationTable(self)
    for assignment in set { try table.overlay(assignment: assignment, origin: .option("--set")) }
    try table.validate()
    return try table.configuration()
  }

  /// The configuration as YAML that ``init(yaml:file:)`` reads.
  public func yaml() -> String { ConfigurationTable(self).yaml { _ in nil } }

  /// Checks the ranges of all values.
  /// - Throws: ``ConfigurationError``.
  public func validate() throws { try ConfigurationTable(self).validate() }
}

extension ResolvedConfiguration {
  fileprivate init(_ table: ConfigurationTable<Root>) throws {
    configuration = try table.configuration()
    origins = table.rows.reduce(into: [:]) { $0[$1.key] = $1.origin }
  }
}
