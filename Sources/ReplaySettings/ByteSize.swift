import Foundation

/// Numbers of bytes as people write them.
public enum ByteSize {
  private static let units: [(name: String, bytes: Double)] = [
    ("TiB", 0x1p40), ("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10),
    ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("B", 1),
  ]

  /// What a text means: `512MB`, `1.5 GiB`, `800000`; nil where it means nothing.
  public static func parse(_ text: String) -> Int? {
    let text = text.trimmingCharacters(in: .whitespaces)
    let unit = units.first { text.lowercased().hasSuffix($0.name.lowercased()) }
    let number = text.dropLast(unit?.name.count ?? 0).trimmingCharacters(in: .whitespaces)
    guard let value = Double(number), value >= 0, value * (unit?.bytes ?? 1) < 0x1p62 else {
      return nil
    }
    return Int(value * (unit?.bytes ?? 1))
  }

  /// A number of bytes in the largest decimal unit of which there is one, with two or three digits.
  public static func text(_ bytes: Int) -> String {
    let decimal = units.filter { !$0.name.contains("i") }
    guard let unit = decimal.first(where: { Double(bytes) >= $0.bytes }) else { return "0 B" }
    let value = Double(bytes) / unit.bytes
    return String(format: value < 10 && unit.bytes > 1 ? "%.1f %@" : "%.0f %@", value, unit.name)
  }
}
