import Foundation

/// The value of a key, with its type.
enum ConfigurationValue: Equatable {
  case integer(Int)
  case number(Double)
  case boolean(Bool)
  case text(String)
  case integers([Int])

  /// A property's value; nil where it is a group of keys.
  init?(_ property: Any) {
    switch property {
    case let value as Int: self = .integer(value)
    case let value as Double: self = .number(value)
    case let value as Bool: self = .boolean(value)
    case let value as String: self = .text(value)
    case let value as [Int]: self = .integers(value)
    default: return nil
    }
  }

  /// The value that a text means for a key of this value's type; nil where it means none.
  ///
  /// The key's type decides what `1`, `5e6` or `none` is, not the looks of the text: a whole number
  /// may be written with an exponent, and a text may look like a number.
  func parsed(_ text: String) -> ConfigurationValue? {
    switch self {
    case .integer: Self.integer(text).map(Self.integer)
    case .number: Double(text).flatMap { $0.isFinite || $0 == .infinity ? .number($0) : nil }
    case .boolean: Bool(text.lowercased()).map(Self.boolean)
    case .text: .text(text)
    case .integers: nil
    }
  }

  /// The value that the items of a list mean; nil where they mean none.
  func parsed(_ items: [String]) -> ConfigurationValue? {
    guard case .integers = self else { return nil }
    let values = items.compactMap(Self.integer)
    return values.count == items.count ? .integers(values) : nil
  }

  private static func integer(_ text: String) -> Int? {
    Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
  }

  /// Whether any text is a value of the key.
  var isText: Bool { if case .text = self { true } else { false } }

  /// What a user is told to write.
  var expectation: String {
    switch self {
    case .integer: "a whole number"
    case .number: "a number"
    case .boolean: "true or false"
    case .text: "a text"
    case .integers: "a list of whole numbers such as [2, 3, 4]"
    }
  }

  /// The value as a number, if it is one.
  var numeric: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .boolean, .text, .integers: nil
    }
  }

  /// The numbers of a list; empty where it is none.
  var items: [Int] { if case .integers(let items) = self { items } else { [] } }

  /// The value in YAML. Numbers have the fewest digits that give them back.
  var yaml: String {
    switch self {
    case .text(let value) where Self.isPlain(value): value
    case .number(.infinity): "inf"
    default: json
    }
  }

  /// The value in JSON.
  var json: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): value.isFinite ? "\(value)" : "\"inf\""
    case .boolean(let value): "\(value)"
    case .text(let value): Self.quoted(value)
    case .integers(let values): "\(values)"
    }
  }

  /// Whether YAML takes a text without quotes, and as a text.
  private static func isPlain(_ text: String) -> Bool {
    let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"]
    guard text.first?.isLetter == true, !words.contains(text.lowercased()) else { return false }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-/.".contains($0)) }
  }

  private static func quoted(_ text: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    // A string is always encodable.
    return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
