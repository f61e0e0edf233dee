import Files

/// The value of a key, with its type.
package enum ConfigurationValue: Equatable {
  case integer(Int)
  case number(Double)
  case boolean(Bool)
  case text(String)
  case integers([Int])
  case texts([String])

  /// A property's value; nil where it is a group of keys.
  package init?(_ property: Any) {
    // An empty list can be cast to one of anything.
    if type(of: property) == [String].self, let value = property as? [String] {
      self = .texts(value)
      return
    }
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
    case .number:
      Self.number(text).flatMap { $0.isFinite || $0 == .infinity ? .number($0) : nil }
    case .boolean: Self.boolean(text).map(Self.boolean)
    case .text: .text(text)
    case .integers: nil
    case .texts: .texts(Self.names(text))
    }
  }

  /// What commas separate.
  private static func names(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// The value that the items of a list mean; nil where they mean none.
  func parsed(_ items: [String]) -> ConfigurationValue? {
    if case .texts = self { return .texts(items) }
    guard case .integers = self else { return nil }
    let values = items.compactMap(Self.integer)
    return values.count == items.count ? .integers(values) : nil
  }

  private static func integer(_ text: String) -> Int? {
    let text = withoutSeparators(text)
    guard !isOctal(text) else { return nil }
    return Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
  }

  private static func number(_ text: String) -> Double? {
    let text = withoutSeparators(text)
    switch text.lowercased() {
    case ".inf", "+.inf": return .infinity
    case _ where isOctal(text): return nil
    default: return Double(text)
    }
  }

  /// As YAML 1.1 and Python spell them too.
  private static func boolean(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on": true
    case "false", "no", "off": false
    default: nil
    }
  }

  /// `1_000` is a thousand in YAML 1.1 and in Python.
  private static func withoutSeparators(_ text: String) -> String {
    let bytes = Array(text.utf8)
    func isDigit(_ index: Int) -> Bool {
      bytes.indices.contains(index) && 0x30...0x39 ~= bytes[index]
    }
    let kept = bytes.indices.filter {
      bytes[$0] != UInt8(ascii: "_") || !isDigit($0 - 1) || !isDigit($0 + 1)
    }
    return String(decoding: kept.map { bytes[$0] }, as: UTF8.self)
  }

  /// Whether a text is a whole number with a zero before it: `010` is 8 in YAML 1.1 and 10 in 1.2.
  static func isOctal(_ text: String) -> Bool {
    let digits = text.utf8.drop { [UInt8(ascii: "+"), UInt8(ascii: "-")].contains($0) }
    return digits.count > 1 && digits.first == UInt8(ascii: "0")
      && digits.allSatisfy { 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "_") }
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
    case .texts: "a list of names such as [enc, dyn]"
    }
  }

  /// The value as a number, if it is one.
  package var numeric: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .boolean, .text, .integers, .texts: nil
    }
  }

  /// The numbers of a list; empty where it is none.
  var items: [Int] { if case .integers(let items) = self { items } else { [] } }

  /// The names of a list; empty where it is none.
  var names: [String] { if case .texts(let names) = self { names } else { [] } }

  /// The value in YAML, the same for readers of YAML 1.1 and 1.2. Numbers have the fewest digits that
  /// give them back.
  package var yaml: String {
    switch self {
    case .text(let value) where Self.isPlain(value): value
    case .number(.infinity): ".inf"
    case .number(let value): Self.withPoint("\(value)")
    case .texts(let values):
      "[\(values.map { Self.text($0).yaml }.joined(separator: ", "))]"
    default: json
    }
  }

  /// `1.0e-05`, for without the point YAML 1.1 takes it for a text.
  private static func withPoint(_ number: String) -> String {
    guard let exponent = number.firstIndex(of: "e"), !number.contains(".") else { return number }
    return number[..<exponent] + ".0" + number[exponent...]
  }

  /// The value in JSON.
  package var json: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): value.isFinite ? "\(value)" : "\"inf\""
    case .boolean(let value): "\(value)"
    case .text(let value): ForeignText.quoted(value)
    case .integers(let values): "\(values)"
    case .texts(let values): "[\(values.map { ForeignText.quoted($0) }.joined(separator: ", "))]"
    }
  }

  /// Whether YAML takes a text without quotes, and as a text.
  private static func isPlain(_ text: String) -> Bool {
    let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"]
    guard let first = text.unicodeScalars.first, isLetter(first),
      !words.contains(text.lowercased())
    else { return false }
    return text.unicodeScalars.allSatisfy {
      isLetter($0) || "0"..."9" ~= $0 || ["_", "-", "/", "."].contains($0)
    }
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    "a"..."z" ~= scalar || "A"..."Z" ~= scalar
  }
}
