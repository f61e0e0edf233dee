import Foundation
import NeuralNetworks
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

  /// Tensors as a stranger could have written them: one is missing, empty, of another shape or type, or
  /// holds a number that nothing can have; or a number of the metadata is another.
  package static func mutate(
    _ tensors: SafeTensors, using generator: inout Generator
  ) -> SafeTensors {
    var tensors = tensors
    let names = tensors.names.sorted()
    let name = names[generator.integer(below: names.count)]
    guard let entry = tensors[name] else { return tensors }
    switch generator.integer(below: 6) {
    case 0: tensors.entries[name] = nil
    case 1:
      var shape = entry.shape.isEmpty ? [1] : entry.shape
      let axis = generator.integer(below: shape.count)
      shape[axis] =
        [0, 1, shape[axis] + 1, max(shape[axis] - 1, 0), 3][generator.integer(below: 5)]
      tensors[name] = entry.resized(to: shape)
    case 2: tensors[name] = .init(shape: entry.shape, values: .float64(entry.doubles))
    case 3, 4: tensors[name] = entry.withStrangeNumber(using: &generator)
    default:
      let keys = tensors.metadata.keys.sorted()
      guard !keys.isEmpty, case let key = keys[generator.integer(below: keys.count)],
        let text = tensors.metadata[key]
      else { return tensors }
      tensors.metadata[key] = String(
        decoding: changeNumber(in: Data(text.utf8), using: &generator), as: UTF8.self)
    }
    return tensors
  }
}

extension SafeTensors.Entry {
  /// The same numbers again and again in another shape.
  fileprivate func resized(to shape: [Int]) -> Self {
    let count = shape.reduce(1, *)
    func fill<Value>(_ values: [Value], _ zero: Value) -> [Value] {
      (0..<count).map { values.isEmpty ? zero : values[$0 % values.count] }
    }
    return switch values {
    case .float32(let values): .init(shape: shape, values: .float32(fill(values, 0)))
    case .float64(let values): .init(shape: shape, values: .float64(fill(values, 0)))
    case .int32(let values): .init(shape: shape, values: .int32(fill(values, 0)))
    case .int64(let values): .init(shape: shape, values: .int64(fill(values, 0)))
    case .uint8(let values): .init(shape: shape, values: .uint8(fill(values, 0)))
    }
  }

  /// With one number that is none, or far beyond what anything has.
  fileprivate func withStrangeNumber(using generator: inout Generator) -> Self {
    guard values.count > 0 else { return self }
    let (place, kind) = (generator.integer(below: values.count), generator.integer(below: 5))
    func changed<Value>(_ values: [Value], _ others: [Value]) -> [Value] {
      var values = values
      values[place] = others[kind % others.count]
      return values
    }
    return switch values {
    case .float32(let values):
      .init(
        shape: shape, values: .float32(changed(values, [.nan, .infinity, -1, 3e38, 1e9])))
    case .float64(let values):
      .init(
        shape: shape, values: .float64(changed(values, [.nan, -.infinity, -1, 1e300, 1e9])))
    case .int32(let values):
      .init(shape: shape, values: .int32(changed(values, [.max, .min, -1, 99, 1_000_000])))
    case .int64(let values):
      .init(shape: shape, values: .int64(changed(values, [.max, .min, -1, 99, 1_000_000])))
    case .uint8(let values): .init(shape: shape, values: .uint8(changed(values, [255, 2, 77])))
    }
  }
}
