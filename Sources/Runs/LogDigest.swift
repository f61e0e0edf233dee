import Files
import Foundation
import Kernels

/// A number that stands for everything that was written to a log, but for what depends on the clock: a
/// checkpoint knows by it which lines its run wrote.
package struct LogDigest: Sendable, Equatable {
  private var value: UInt64 = 0

  package init() {}

  /// Takes the next piece.
  package mutating func add(_ piece: Data) {
    value = (Data(elements: [value]) + piece).checksum
  }

  /// Takes a line of records, without its end.
  package mutating func add(line: Data) { add(Self.reproducible(line)) }

  /// What keys begin with whose values depend on the clock.
  private static let clock = ["time/", "fps/", "usage/"].map { Array($0.utf8) }

  /// Whether a key's values depend on the clock.
  package static func isOfClock(_ key: some Collection<UInt8>) -> Bool {
    clock.contains { key.starts(with: $0) }
  }

  /// The members of a record's line that do not depend on the clock: they are parted by commas that
  /// stand in no text.
  private static func reproducible(_ line: Data) -> Data {
    var (isText, isEscaped) = (false, false)
    let members = [UInt8](line).split(omittingEmptySubsequences: false) { byte in
      defer { isEscaped = isText && !isEscaped && byte == UInt8(ascii: "\\") }
      if byte == UInt8(ascii: "\""), !isEscaped { isText.toggle() }
      return byte == UInt8(ascii: ",") && !isText
    }
    return members.reduce(into: Data()) { kept, member in
      let key = member.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\"") }
      if !isOfClock(key) { kept.append(contentsOf: member) }
    }
  }
}

/// As the digits of a number of base 16, which every reader of JSON keeps.
extension LogDigest: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = UInt64(try container.decode(String.self), radix: 16) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no number")
    }
    self.value = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(String(value, radix: 16))
  }
}

/// The beginning of a log: what was written to it up to a step.
package struct LogBeginning: Sendable, Equatable {
  /// Bytes.
  package var end = 0
  package var digest = LogDigest()

  package init() {}
}
