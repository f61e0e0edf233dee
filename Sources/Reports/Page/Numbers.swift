import Foundation

/// Numbers as they stand on axes and in tables.
package enum Numbers {
  /// Few digits: `0.05`, `12.5`, `10k`, `1.5M`, `2e-5`.
  package static func short(_ value: Double) -> String {
    let size = abs(value)
    switch size {
    case 0: return "0"
    case 1e9...: return trimmed(value, "%.3g")
    case 1e6..<1e9: return trimmed(value / 1e6, "%.2f") + "M"
    case 1e4..<1e6: return trimmed(value / 1e3, "%.1f") + "k"
    case 1e-3..<1e4: return trimmed(value, size < 0.1 ? "%.4f" : size < 10 ? "%.3f" : "%.1f")
    default:
      return trimmed(value, "%.1e").replacingOccurrences(of: ".0e", with: "e")
        .replacingOccurrences(of: "e-0", with: "e-")
    }
  }

  /// A share in per cent, with a space that does not break.
  package static func percent(_ share: Double) -> String {
    String(format: "%.1f\u{A0}%%", 100 * share)
  }

  /// A place in a drawing.
  static func place(_ value: Double) -> String { trimmed(value, "%.1f") }

  /// Thousands are set apart.
  package static func whole(_ value: Int) -> String {
    var (digits, rest) = ("", Substring(String(value.magnitude)))
    while rest.count > 3 {
      digits = "\u{202F}" + rest.suffix(3) + digits
      rest = rest.dropLast(3)
    }
    return (value < 0 ? "−" : "") + rest + digits
  }

  /// A formatted number without zeros at the end of its fraction.
  private static func trimmed(_ value: Double, _ format: String) -> String {
    var text = String(format: format, value)
    guard text.contains("."), !text.contains("e") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text == "-0" ? "0" : text
  }
}
