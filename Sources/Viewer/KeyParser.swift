import Foundation

/// Makes keys of the bytes that a terminal sends (ECMA-48 control sequences, xterm's keys).
package struct KeyParser {
  private var bytes: [UInt8] = []

  package init() {}

  package mutating func append(_ data: Data) { bytes.append(contentsOf: data) }

  /// Whether bytes wait for what follows them.
  package var isPending: Bool { !bytes.isEmpty }

  private static let sequences: [[UInt8]: Keystroke] = {
    let codes: [(String, Keystroke)] = [
      ("A", .up), ("B", .down), ("C", .right), ("D", .left), ("H", .home), ("F", .end),
      ("1~", .home), ("4~", .end), ("5~", .pageUp), ("6~", .pageDown), ("P", .function(1)),
      ("11~", .function(1)),
    ]
    return codes.reduce(into: [:]) { keys, code in
      for start in ["\u{1B}[", "\u{1B}O"] { keys[Array((start + code.0).utf8)] = code.1 }
    }
  }()

  /// Takes the next key.
  /// - Parameter isComplete: whether nothing follows the bytes that are there.
  /// - Returns: nil where there is none, or none yet.
  package mutating func next(isComplete: Bool) -> Keystroke? {
    while let first = bytes.first {
      if first == 0x1B {
        if let length = sequenceLength {
          let sequence = Array(bytes.prefix(length))
          bytes.removeFirst(length)
          // A sequence that means no key of ours is skipped.
          if let key = Self.sequences[sequence] { return key }
          continue
        }
        guard isComplete else { return nil }
      }
      bytes.removeFirst()
      if let key = Self.single(first) { return key }
    }
    return nil
  }

  /// How long the sequence at the beginning is; nil where it is none or has not come wholly.
  private var sequenceLength: Int? {
    guard bytes.count > 1, bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") else {
      return nil
    }
    // Parameters, then one byte that ends it.
    return bytes.indices.dropFirst(2).first { 0x40...0x7E ~= bytes[$0] }.map { $0 + 1 }
  }

  private static func single(_ byte: UInt8) -> Keystroke? {
    switch byte {
    // Ctrl-C and Ctrl-D.
    case 0x03, 0x04: .escape
    case 0x08, 0x7F: .backspace
    case 0x09: .tab
    case 0x0A, 0x0D: .enter
    case 0x1B: .escape
    case 0x20...0x7E: .character(Character(Character(Unicode.Scalar(byte)).lowercased()))
    default: nil
    }
  }
}
