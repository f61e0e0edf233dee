import Files
import Foundation

/// A configuration as a list of dotted keys with values and their origins, in the order of the
/// properties. Its keys and types never change; values are overlaid.
public struct ConfigurationTable<Root: ConfigurationRoot>: Equatable {
  package struct Row: Equatable {
    package let key: String
    package fileprivate(set) var value: ConfigurationValue
    /// Where the value was set; nil for the value that the table began with.
    package fileprivate(set) var origin: ConfigurationOrigin?
  }

  package private(set) var rows: [Row] = []
  /// Index of each key's row.
  private var index: [String: Int] = [:]
  /// Keys that have keys in them.
  private(set) var groups: [String] = []

  /// The keys of a configuration, found by reflection, so that none can be forgotten.
  package init(_ configuration: Root) {
    add(configuration, prefix: "")
    index = Dictionary(uniqueKeysWithValues: zip(rows.map(\.key), rows.indices))
  }

  private mutating func add(_ group: Any, prefix: String) {
    for child in Mirror(reflecting: group).children {
      let key = prefix + ConfigurationNames.snakeCase(child.label ?? "")
      if let value = ConfigurationValue(child.value) {
        rows.append(Row(key: key, value: value))
      } else {
        groups.append(key)
        add(child.value, prefix: key + ".")
      }
    }
  }

  /// A key's text; empty where it has none.
  public func text(of key: String) -> String {
    if case .text(let text) = self[key]?.value { text } else { "" }
  }

  package subscript(key: String) -> Row? { index[key].map { rows[$0] } }

  /// Gives a key that is there another value of its type.
  mutating func assign(
    _ value: ConfigurationValue, to key: String, _ origin: ConfigurationOrigin
  ) {
    guard let row = index[key] else { return }
    rows[row].value = value
    rows[row].origin = origin
  }

  /// The configuration that the values make.
  /// - Throws: `DecodingError`, where a property has a type that the table does not know.
  package func configuration() throws -> Root {
    let keys = rows.map {
      $0.key.split(separator: ".").map { ConfigurationNames.camelCase("\($0)") }
    }
    let json = Self.json(zip(keys, rows).map { ($0[...], $1.value) })
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(Root.self, from: Data(json.utf8))
  }

  /// The object that keys, neighbours by group, and their values make.
  private static func json(_ members: [(ArraySlice<String>, ConfigurationValue)]) -> String {
    var texts: [String] = []
    var rest = members[...]
    while let (path, value) = rest.first, let name = path.first {
      if path.count == 1 {
        texts.append("\"\(name)\": \(value.json)")
        rest = rest.dropFirst()
      } else {
        let group = rest.prefix { $0.0.first == name }
        texts.append("\"\(name)\": " + json(group.map { ($0.0.dropFirst(), $0.1) }))
        rest = rest.dropFirst(group.count)
      }
    }
    return "{" + texts.joined(separator: ", ") + "}"
  }
}

extension ConfigurationTable {
  /// The values as YAML that `overlay(yaml:)` reads, in the order of the properties.
  /// - Parameter origin: What a comment says of where a key's value is from; nil for no comment.
  func yaml(_ origin: (_ key: String) -> String?) -> String {
    var lines: [String] = []
    var open: [Substring] = []
    for row in rows {
      let path = row.key.split(separator: ".")
      let shared = zip(open, path.dropLast()).prefix { $0 == $1 }.count
      open = path.dropLast()
      for depth in shared..<open.count { lines.append(Self.indentation(depth) + "\(open[depth]):") }
      // A file's name may hold the end of a line.
      let comment = origin(row.key).map { "  # \(ForeignText.visible($0))" } ?? ""
      lines.append(
        Self.indentation(open.count) + "\(path[path.count - 1]): \(row.value.yaml)\(comment)")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func indentation(_ depth: Int) -> String {
    String(repeating: "  ", count: depth)
  }
}
