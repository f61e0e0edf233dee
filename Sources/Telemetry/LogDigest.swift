import Files
import Foundation
import Kernels

/// A number that stands for everything that was written to a log, but for what depends on the clock: a
/// checkpoint knows by it which lines its run wrote.
public struct LogDigest: Sendable, Equatable {
  private var value: UInt64 = 0

  public init() {}

  /// Takes the next piece.
  private mutating func add(_ piece: Data) {
    value = (Data(elements: [value]) + piece).checksum
  }

  /// Takes a line of records, without its end.
  mutating func add(line: Data) { add(Self.reproducible(line)) }

  /// Takes an event.
  mutating func add(_ event: Event) throws {
    var event = event
    event.wallTime = 0
    if case .summary(let summaries) = event.content {
      event.content = .summary(summaries.filter { !Self.isOfClock($0.tag.utf8) })
    }
    add(Data(try event.encoded()))
  }

  /// What keys begin with whose values depend on the clock.
  private static let clock = ["time/", "fps/", "usage/"].map { Array($0.utf8) }

  private static func isOfClock(_ key: some Collection<UInt8>) -> Bool {
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
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = UInt64(try container.decode(String.self), radix: 16) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no number")
    }
    self.value = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(String(value, radix: 16))
  }
}

/// The beginning of a log: what was written to it up to a step.
public struct LogBeginning: Sendable, Equatable {
  /// Bytes.
  public var end = 0
  public var digest = LogDigest()

  public init() {}
}
