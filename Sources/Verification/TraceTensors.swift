import NeuralNetworks

/// The tensors of a recorded episode, read with a check of type and shape.
struct TraceTensors: Sendable {
  let name: String
  let tensors: SafeTensors

  func error(
    _ problem: String, remedy: String = "give a file as the README of the traces describes it"
  ) -> TraceError { TraceError(file: name, problem: problem, remedy: remedy) }

  /// A tensor of a shape; nil in the shape stands for any length.
  ///
  /// - Throws: ``TraceError``.
  func entry(_ key: String, shape: [Int?]) throws -> SafeTensors.Entry {
    guard let entry = tensors[key] else { throw error("there is no tensor `\(key)`") }
    let fits =
      entry.shape.count == shape.count
      && zip(entry.shape, shape).allSatisfy { $1 == nil || $0 == $1 }
    guard fits else {
      let wanted = shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
      throw error("`\(key)` has shape \(entry.shape) instead of [\(wanted)]")
    }
    return entry
  }

  func bytes(_ key: String, shape: [Int?]) throws -> [UInt8] {
    guard let bytes = try entry(key, shape: shape).bytes else {
      throw error("`\(key)` does not hold bytes")
    }
    return bytes
  }

  func integers(_ key: String, shape: [Int?]) throws -> [Int] {
    guard let integers = try entry(key, shape: shape).integers else {
      throw error("`\(key)` does not hold whole numbers")
    }
    return integers
  }

  func doubles(_ key: String, shape: [Int?]) throws -> [Double] {
    try entry(key, shape: shape).doubles
  }

  /// Numbers none of which is infinite or not a number.
  func finiteDoubles(_ key: String, shape: [Int?]) throws -> [Double] {
    let numbers = try doubles(key, shape: shape)
    if let wrong = numbers.first(where: { !$0.isFinite }) {
      throw error("`\(key)` holds \(wrong)")
    }
    return numbers
  }
}

extension TraceTensors {
  /// Zeros and ones.
  func flags(_ key: String, shape: [Int?]) throws -> [Bool] {
    let numbers = try doubles(key, shape: shape)
    if let wrong = numbers.first(where: { $0 != 0 && $0 != 1 }) {
      throw error("`\(key)` holds \(wrong), which is neither 0 nor 1")
    }
    return numbers.map { $0 == 1 }
  }
}

/// What is wrong with a file of recorded episodes.
package struct TraceError: Error, CustomStringConvertible, Equatable {
  package let file: String
  package let problem: String
  package let remedy: String

  package var description: String { "\(file): \(problem); \(remedy)" }
}
