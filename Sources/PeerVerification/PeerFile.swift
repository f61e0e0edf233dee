import Foundation
import NeuralNetworks

/// A file of tensors that a public peer's own code computed: of auto-encoders and what belongs to them.
///
/// `in/…` and `param/…` are given, `out/…` are results, `grad/<of>/<leaf>` the gradient of a result with
/// respect to something given, `after<k>/…` what is held after k updates. The metadata's `case` says what
/// was computed; ``PeerCases`` has them all.
package struct PeerFile: Sendable {
  let name: String
  let tensors: SafeTensors
  /// How far the peer's single precision lies from its double precision, by tensor: the largest difference
  /// over the largest number.
  let noise: [String: Double]
  /// The largest number among all gradients.
  let largestGradient: Double
  private let compare: PeerCases.Comparison

  /// Whether the file is one of these.
  package static func isHeld(by tensors: SafeTensors) -> Bool { tensors.metadata["case"] != nil }

  /// - Parameter name: what errors call the file.
  /// - Throws: ``GoldenFileError``.
  package init(_ tensors: SafeTensors, name: String) throws {
    (self.name, self.tensors) = (name, tensors)
    compare = try PeerCases.comparison(of: tensors.metadata["case"] ?? "", file: name)
    noise = try Self.noise(of: tensors, name: name)
    try tensors.checkFinite(file: name)
    largestGradient = tensors.names.filter { $0.hasPrefix("grad/") }.reduce(0) { largest, key in
      (tensors[key]?.doubles ?? []).reduce(largest) { max($0, abs($1)) }
    }
  }

  /// Computes what the file holds and compares.
  ///
  /// - Throws: ``GoldenFileError``, `BLASError`.
  package func verify() throws -> [VerificationLine] { try compare(self) }

  /// Noise above this is no rounding, and would let anything pass.
  private static let mostNoise = 0.01

  private static func noise(of tensors: SafeTensors, name: String) throws -> [String: Double] {
    let text = tensors.metadata["noise"] ?? "{}"
    guard let noise = try? JSONDecoder().decode([String: Double].self, from: Data(text.utf8)),
      noise.values.allSatisfy({ 0...mostNoise ~= $0 })
    else {
      throw GoldenFileError(
        file: name,
        problem: "its metadata entry `noise` is no list of numbers from 0 to \(mostNoise)",
        remedy: GoldenFileError.copyAgain)
    }
    return noise
  }

  // MARK: reading

  func error(_ problem: String) -> GoldenFileError {
    GoldenFileError(file: name, problem: problem, remedy: GoldenFileError.copyAgain)
  }

  /// The facts of the metadata entry `spec` that a case uses.
  func specification<Facts: Decodable>(_ type: Facts.Type) throws -> Facts {
    let text = tensors.metadata["spec"] ?? ""
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw self.error("its metadata entry `spec` cannot be read as that of its case")
    }
  }

  /// - Throws: ``GoldenFileError`` where a fact of `spec` cannot be.
  func require(_ holds: Bool, _ problem: String) throws {
    if !holds { throw error("its metadata entry `spec` has \(problem)") }
  }

  /// The shape of a tensor of so many axes, none of them empty.
  func shape(_ key: String, axes: Int) throws -> [Int] {
    let shape = try tensors.entry(key, of: name).shape
    guard shape.count == axes, shape.allSatisfy({ $0 >= 1 }) else {
      throw error("\(key) has shape \(shape), which is not \(axes) axes with something on each")
    }
    return shape
  }

  func entry(_ key: String, _ shape: [Int]) throws -> SafeTensors.Entry {
    let entry = try tensors.entry(key, of: name)
    guard entry.shape == shape else {
      throw error("\(key) has shape \(entry.shape) instead of \(shape)")
    }
    return entry
  }

  func floats(_ key: String, _ shape: [Int]) throws -> [Float] {
    try entry(key, shape).doubles.map { Float($0) }
  }

  /// A tensor that is one number.
  func number(_ key: String) throws -> Float { try floats(key, [])[0] }

  /// Whole numbers, each in a range.
  func integers(_ key: String, _ shape: [Int], in range: Range<Int>) throws -> [Int] {
    guard let integers = try entry(key, shape).integers else {
      throw error("\(key) does not hold whole numbers")
    }
    if let wrong = integers.first(where: { !range.contains($0) }) {
      throw error("\(key) holds \(wrong), which is not one of \(range)")
    }
    return integers
  }
}
