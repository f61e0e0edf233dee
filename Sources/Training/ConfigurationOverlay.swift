import Foundation
import Yams

extension ConfigurationTable {
  /// Overlays the keys of a YAML text. Groups may be nested or dotted (`agent.opt.lr: 1e-4`).
  /// - Parameter prefix: What the text's keys lack.
  /// - Throws: ``ConfigurationError``.
  mutating func overlay(
    yaml: String, prefix: String = "", origin: ConfigurationOrigin
  ) throws {
    guard let node = try Self.compose(yaml, origin: origin) else { return }
    try overlay(node, prefix: prefix, origin: origin)
  }

  /// Overlays the keys of a YAML mapping.
  /// - Throws: ``ConfigurationError``.
  mutating func overlay(
    _ node: Node, prefix: String = "", origin: ConfigurationOrigin
  ) throws {
    guard case .mapping = node else {
      throw ConfigurationError(
        keyPath: "", value: Self.text(of: node), reason: "expected lines of the form key: value",
        origin: origin)
    }
    try overlay(node, at: prefix, origin)
  }

  /// Overlays `key=value`.
  /// - Throws: ``ConfigurationError``.
  mutating func overlay(assignment: String, origin: ConfigurationOrigin) throws {
    guard let equals = assignment.firstIndex(of: "=") else {
      throw ConfigurationError(
        keyPath: "", value: assignment, reason: "expected key=value", origin: origin)
    }
    let key = assignment[..<equals].trimmingCharacters(in: .whitespaces)
    let text = assignment[assignment.index(after: equals)...].trimmingCharacters(in: .whitespaces)
    if let row = self[key], row.value.isText || !text.hasPrefix("[") {
      try set(key, to: row.value.parsed(text), text, origin)
    } else {
      try overlay(try Self.compose(text, origin: origin) ?? "", at: key, origin)
    }
  }

  private mutating func overlay(
    _ node: Node, at key: String, _ origin: ConfigurationOrigin
  ) throws {
    // What an anchor names can hold what another names, and so on: a short text then means a long one.
    guard node.anchor == nil else {
      throw ConfigurationError(
        keyPath: key, value: "&\(node.anchor?.rawValue ?? "")",
        reason: "anchors are not supported; write the value where it is meant", origin: origin)
    }
    switch node {
    case .mapping(let pairs) where self[key] == nil:
      for (name, child) in pairs {
        let name = name.scalar?.string ?? Self.text(of: name)
        try overlay(child, at: key.isEmpty ? name : "\(key).\(name)", origin)
      }
    case .scalar(let scalar):
      try set(key, to: self[key]?.value.parsed(scalar.string), scalar.string, origin)
    case .sequence(let items):
      let texts = items.compactMap { $0.scalar?.string }
      let isFlat = texts.count == items.count
      try set(
        key, to: isFlat ? self[key]?.value.parsed(texts) : nil, Self.text(of: node), origin)
    default:
      try set(key, to: nil, Self.text(of: node), origin)
    }
  }

  private mutating func set(
    _ key: String, to value: ConfigurationValue?, _ text: String, _ origin: ConfigurationOrigin
  ) throws {
    guard let row = self[key] else {
      throw ConfigurationError(
        keyPath: key, value: text, reason: unknownKey(key), origin: origin)
    }
    guard let value else {
      throw ConfigurationError(
        keyPath: key, value: text, reason: "expected \(row.value.expectation)", origin: origin)
    }
    assign(value, to: key, origin)
  }

  private func unknownKey(_ key: String) -> String {
    if groups.contains(key) {
      let inside = rows.first { $0.key.hasPrefix(key + ".") }?.key ?? key
      return "is a group of keys; set one of them, \(inside) for one"
    }
    let nearest = ConfigurationNames.nearest(to: key, among: rows.map(\.key)) ?? ""
    return "there is no such key; the nearest is \(nearest)"
  }

  static func compose(_ yaml: String, origin: ConfigurationOrigin) throws -> Node? {
    do {
      return try Yams.compose(yaml: yaml)
    } catch {
      throw ConfigurationError(
        keyPath: "", value: "\(origin)", reason: "is not YAML: \(reason(error)); correct it")
    }
  }

  /// What a parser says, on one line and without the text that it parsed.
  private static func reason(_ error: any Error) -> String {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _),
      YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      "\(problem) in line \(mark.line), column \(mark.column)"
    case YamlError.duplicatedKeysInMapping(let keys, let context):
      "\(keys.sorted().joined(separator: ", ")) stands twice in line "
        + "\(lineOfRepetition(of: keys.first ?? "", context))"
    case YamlError.reader(let problem, _, _, _): problem
    default: "\(error)".split(separator: "\n").first.map(String.init) ?? ""
    }
  }

  /// The line in which a key stands again; the parser tells where it stands first.
  private static func lineOfRepetition(of key: String, _ first: YamlError.Context) -> Int {
    let lines = first.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let depth = first.mark.column - 1
    for (index, line) in lines.enumerated().dropFirst(first.mark.line) {
      let text = line.drop { $0 == " " }
      if text.isEmpty || text.hasPrefix("#") { continue }
      let indentation = line.count - text.count
      if indentation < depth { break }
      let name = text.prefix { $0 != ":" }.filter { !"\"' ".contains($0) }
      if indentation == depth && name == key { return index + 1 }
    }
    return first.mark.line
  }

  /// A node on one line, for errors.
  private static func text(of node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string
    case .sequence(let items):
      "[" + items.map { $0.scalar?.string ?? "…" }.joined(separator: ", ") + "]"
    case .mapping(let pairs):
      "{"
        + pairs.map { "\($0.scalar?.string ?? "…"): \($1.scalar?.string ?? "…")" }
        .joined(separator: ", ") + "}"
    case .alias: "*"
    }
  }
}
