import Files
import Foundation
import Yams

extension ConfigurationTable {
  /// Overlays the keys of a YAML text. Groups may be nested or dotted (`agent.opt.lr: 1e-4`).
  /// - Parameter prefix: What the text's keys lack.
  /// - Throws: ``ConfigurationError``.
  package mutating func overlay(
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
    if prefix.isEmpty, node["defaults"]?.mapping != nil {
      throw ConfigurationError(
        keyPath: "defaults", value: "{…}",
        reason: "the reference's configs.yaml is a file of many presets; they are compiled in here "
          + "(--preset size12m), and a file has the keys of one configuration", origin: origin)
    }
    var reading = Reading(origin)
    try overlay(node, at: prefix, &reading)
  }

  /// Overlays `key=value`.
  /// - Throws: ``ConfigurationError``.
  mutating func overlay(assignment: String, origin: ConfigurationOrigin) throws {
    guard let equals = assignment.unicodeScalars.firstIndex(of: "=") else {
      throw ConfigurationError(
        keyPath: "", value: assignment, reason: "expected key=value" + example(assignment),
        origin: origin)
    }
    let key = assignment[..<equals].trimmingCharacters(in: .whitespaces)
    let text = String(assignment.unicodeScalars[equals...].dropFirst())
      .trimmingCharacters(in: .whitespaces)
    var reading = Reading(origin)
    if let row = self[key], !Self.isStructured(text, of: row.value) {
      try set(key, to: row.value.parsed(text), text, &reading)
    } else {
      try overlay(try Self.compose(text, origin: origin) ?? "", at: key, &reading)
    }
  }

  /// Whether a value is more than its characters: a list; a text between quotes, for what would be
  /// lost without them.
  private static func isStructured(_ text: String, of value: ConfigurationValue) -> Bool {
    switch text.unicodeScalars.first {
    case "[": !value.isText
    case "\"", "'": value.isText
    default: false
    }
  }

  /// What to write instead of a word that is no assignment.
  private func example(_ word: String) -> String {
    if let row = self[word] { return ", \(word)=\(row.value.yaml) for one" }
    let isPreset = Root.presets.contains { $0.name == word }
    return isPreset ? "; presets are --preset \(word)" : ""
  }

  /// What is known of a text while its keys are overlaid.
  private struct Reading {
    let origin: ConfigurationOrigin
    /// The keys that it has set.
    var keys: Set<String> = []
    private var nodesLeft = 100_000

    init(_ origin: ConfigurationOrigin) { self.origin = origin }

    /// - Throws: ``ConfigurationError`` where aliases and merges make a short text mean a long one.
    mutating func visit(_ key: String) throws {
      nodesLeft -= 1
      guard nodesLeft > 0 else {
        throw ConfigurationError(
          keyPath: key, value: "…",
          reason: "the text means more than 100000 values; write them where they are meant",
          origin: origin)
      }
    }
  }

  private mutating func overlay(_ node: Node, at key: String, _ reading: inout Reading) throws {
    try reading.visit(key)
    switch node {
    case .mapping(let pairs) where self[key] == nil:
      for (name, child) in try Self.merged(pairs, at: key, &reading) {
        let name = name.scalar?.string ?? Self.text(of: name)
        try overlay(child, at: key.isEmpty ? name : "\(key).\(name)", &reading)
      }
    case .scalar(let scalar):
      let isNothing = Self.isNull(scalar) && self[key]?.value.isText == true
      let text = isNothing ? "" : scalar.string
      try set(key, to: self[key]?.value.parsed(text), text, &reading)
    case .sequence(let items):
      let texts = items.compactMap { $0.scalar?.string }
      let isFlat = texts.count == items.count
      try set(
        key, to: isFlat ? self[key]?.value.parsed(texts) : nil, Self.text(of: node), &reading)
    default:
      try set(key, to: nil, Self.text(of: node), &reading)
    }
  }

  private static func isNull(_ scalar: Node.Scalar) -> Bool {
    scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// The pairs of a mapping, and before them those of the mappings that it merges (`<<: *base`), but
  /// for those that it or an earlier one has itself (yaml.org/type/merge.html).
  private static func merged(
    _ mapping: Node.Mapping, at key: String, _ reading: inout Reading
  ) throws -> [(Node, Node)] {
    func isMerge(_ name: Node) -> Bool {
      name.scalar?.string == "<<" && name.scalar?.style == .plain
    }
    let own = mapping.filter { !isMerge($0.key) }.map { ($0.key, $0.value) }
    guard let bases = mapping.first(where: { isMerge($0.key) })?.value else { return own }
    var names = Set(own.compactMap { $0.0.scalar?.string })
    var merged: [(Node, Node)] = []
    for base in bases.sequence.map({ Array($0) }) ?? [bases] {
      guard case .mapping(let inner) = base else {
        throw ConfigurationError(
          keyPath: key, value: "<<", reason: "expected a mapping, or a list of mappings, to merge",
          origin: reading.origin)
      }
      try reading.visit(key)
      merged += try Self.merged(inner, at: key, &reading).filter {
        names.insert($0.0.scalar?.string ?? "").inserted
      }
    }
    return merged + own
  }

  private mutating func set(
    _ key: String, to value: ConfigurationValue?, _ text: String, _ reading: inout Reading
  ) throws {
    func error(_ reason: String) -> ConfigurationError {
      ConfigurationError(keyPath: key, value: text, reason: reason, origin: reading.origin)
    }
    guard let row = self[key] else { throw error(unknownKey(key)) }
    guard let value else {
      let remark =
        ConfigurationValue.isOctal(text)
        ? " without a zero before it, with which it is another for YAML 1.1" : ""
      throw error("expected \(row.value.expectation)\(remark)")
    }
    guard reading.keys.insert(key).inserted else {
      throw error("the key stands twice, nested and dotted; remove one")
    }
    assign(value, to: key, reading.origin)
  }

  private func unknownKey(_ key: String) -> String {
    if groups.contains(key) {
      let inside = rows.first { $0.key.hasPrefix(key + ".") }?.key ?? key
      return "is a group of keys; set one of them, \(inside) for one"
    }
    if let advice = Root.advice(forUnknown: key) { return "there is no such key; \(advice)" }
    let nearest = ConfigurationNames.nearest(to: key, among: rows.map(\.key)) ?? ""
    let isPattern = key.unicodeScalars.contains { ["*", "\\", "(", "|"].contains($0) }
    return isPattern
      ? "patterns of keys, which the reference has, are not read; write each key out, \(nearest) "
        + "for one" : "there is no such key; the nearest is \(nearest)"
  }

  static func compose(_ yaml: String, origin: ConfigurationOrigin) throws -> Node? {
    try checkAliases(yaml, origin: origin)
    do {
      // With its encoding, for which the parser else asks the environment, and prints what it is told.
      // It then takes a mark of the byte order for text.
      return try Yams.compose(
        yaml: String(yaml.unicodeScalars.drop { $0 == "\u{FEFF}" }), .default, .default, .utf8)
    } catch {
      throw ConfigurationError(
        keyPath: "", value: "\(origin)", reason: "is not YAML: \(reason(error)); correct it")
    }
  }

  /// The parser compares keys, and these may hold aliases of aliases: with few it is soon done.
  private static func checkAliases(_ yaml: String, origin: ConfigurationOrigin) throws {
    var (count, before) = (0, UInt8(ascii: " "))
    for byte in yaml.utf8 {
      // Where a star begins a word.
      if byte == UInt8(ascii: "*"), before <= 0x20 || "[,{:?-".utf8.contains(before) { count += 1 }
      before = byte
    }
    guard count <= mostAliases else {
      throw ConfigurationError(
        keyPath: "", value: "\(origin)",
        reason: "has more than \(mostAliases) aliases; write the values where they are meant")
    }
  }

  private static var mostAliases: Int { 20 }

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
    default: "\(error)".split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
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

extension ConfigurationTable {
  /// Overlays a preset.
  /// - Parameter origin: the text that includes it; nil for none.
  /// - Throws: ``ConfigurationError``.
  mutating func overlay(preset name: String, for origin: ConfigurationOrigin? = nil) throws {
    try overlay(
      including: Root.presetYAML(of: name, for: origin), origin: .preset(name))
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

extension ConfigurationRoot {
  /// - Parameter origin: what names the preset; nil where the caller does.
  /// - Throws: ``ConfigurationError`` where there is no such preset.
  fileprivate static func presetYAML(
    of name: String, for origin: ConfigurationOrigin?
  ) throws -> String {
    if let preset = presets.first(where: { $0.name == name }) { return preset.yaml }
    if name.utf8.contains(UInt8(ascii: "=")) {
      throw ConfigurationError(
        keyPath: "", value: "preset \(name)",
        reason: "there is no such preset; keys are set with --set \(ForeignText.shellWord(name))",
        origin: origin)
    }
    let names = presetNames
    let nearest = ConfigurationNames.nearest(to: name, among: names) ?? ""
    throw ConfigurationError(
      keyPath: "", value: "preset \(name)",
      reason: "there is no such preset; the nearest is \(nearest), "
        + "all are \(names.joined(separator: ", "))", origin: origin)
  }
}
