import Foundation
import Randomness

/// Damaged copies of files, the same for the same number.
package enum Mutation {
  /// How many of each kind to try: `DREAMER_FUZZ`, which is 100,000 in `make fuzz`, or fewer.
  package static func count(or few: Int) -> Int {
    ProcessInfo.processInfo.environment["DREAMER_FUZZ"].flatMap { Int($0) } ?? few
  }

  /// Some bytes changed, cut, repeated or added.
  package static func mutate(_ data: Data, using generator: inout Generator) -> Data {
    var data = Data(data)
    for _ in 0...generator.integer(below: 3) {
      let place = data.isEmpty ? 0 : generator.integer(below: data.count)
      switch generator.integer(below: 6) {
      case 0: data = Data(data.prefix(place))
      case 1: data.append(contentsOf: Array(data.suffix(generator.integer(below: 50))))
      case 2: data.insert(UInt8(truncatingIfNeeded: generator.next()), at: place)
      case 3: data.removeSubrange(place..<min(data.count, place + generator.integer(below: 20)))
      default:
        if !data.isEmpty { data[place] ^= UInt8(1 << generator.integer(below: 8)) }
      }
    }
    return data
  }

  /// A number of a text replaced by another, or by something that is none.
  package static func changeNumber(in text: Data, using generator: inout Generator) -> Data {
    var text = Data(text)
    let digits = text.indices.filter { (48...57).contains(text[$0]) }
    guard !digits.isEmpty else { return text }
    let place = digits[generator.integer(below: digits.count)]
    let others = ["0", "1", "7", "-3", "40", "999999999", "9223372036854775807", "null", "1e9"]
    let other = others[generator.integer(below: others.count)]
    text.replaceSubrange(place...place, with: Data(other.utf8))
    return text
  }
}
