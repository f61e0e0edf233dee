/// A configuration that cannot be used.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The key from the root, `agent.opt.lr` for one; empty where the whole text is at fault.
  public let keyPath: String
  /// The value, or as much of the text as tells which is meant.
  public let value: String
  /// What is wrong, and what to do about it.
  public let reason: String
  /// Where the value was set; nil where it is a default or that is not known.
  public let origin: ConfigurationOrigin?

  /// - Parameters:
  ///   - keyPath: from the root; empty where the whole text is at fault.
  ///   - origin: nil where the value is a default or nobody knows.
  public init(keyPath: String, value: String, reason: String, origin: ConfigurationOrigin? = nil) {
    self.keyPath = keyPath
    self.value = value
    self.reason = reason
    self.origin = origin
  }

  /// `agent.opt.lr=-1 (--set): must be above 0`
  public var description: String {
    let shown = value.count > 200 ? value.prefix(200) + "…" : value
    let subject = keyPath.isEmpty ? shown : "\(keyPath)=\(shown)"
    let source = origin.map { " (\($0))" } ?? ""
    return "\(subject)\(source): \(reason)"
  }
}

/// Where a value that is no default was set.
public enum ConfigurationOrigin: Sendable, Equatable, CustomStringConvertible {
  case preset(String)
  case file(String)
  /// An option of the command: `--set`, `--env`.
  case option(String)

  /// `preset size12m`, `file own.yaml` or `--set`.
  public var description: String {
    switch self {
    case .preset(let name): "preset \(name)"
    case .file(let path): "file \(path)"
    case .option(let name): name
    }
  }
}
