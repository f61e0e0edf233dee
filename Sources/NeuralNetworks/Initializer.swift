import Autodiff
import Foundation
import Randomness

/// How a kernel is drawn at first: a distribution and a fan, named as the reference names them
/// (`trunc_normal_in`, `uniform_avg`, …).
package struct Initializer: Sendable, Equatable {
  package enum Distribution: String, Sendable, CaseIterable {
    case truncatedNormal = "trunc_normal"
    case normal
    case uniform
    case zeros
    case ones
  }

  package enum Fan: String, Sendable, CaseIterable {
    case `in`
    case out
    case average = "avg"
    case none
  }

  package var distribution: Distribution
  package var fan: Fan
  /// Factor on the whole kernel; the reference's `outscale`.
  package var scale: Double

  package init(_ distribution: Distribution, _ fan: Fan = .none, scale: Double = 1) {
    self.distribution = distribution
    self.fan = fan
    self.scale = scale
  }

  package static let zeros = Initializer(.zeros)
  package static let ones = Initializer(.ones)

  /// - Returns: nil where the name is not `<distribution>_<fan>`.
  package init?(name: String, scale: Double = 1) {
    guard let split = name.lastIndex(of: "_"),
      let distribution = Distribution(rawValue: String(name[..<split])),
      let fan = Fan(rawValue: String(name[name.index(after: split)...]))
    else { return nil }
    self.init(distribution, fan, scale: scale)
  }

  /// Inputs and outputs of a kernel: the last two dimensions times all before them.
  ///
  /// For a block-diagonal kernel `[g, in / g, out / g]` this counts the full input width, so that its
  /// blocks are drawn `√g` smaller than matrices of their own (ALGORITHM section 1).
  static func fans(of shape: [Int]) -> (in: Int, out: Int) {
    guard shape.count >= 2 else { return (1, shape.last ?? 1) }
    let space = shape.dropLast(2).reduce(1, *)
    return (shape[shape.count - 2] * space, shape[shape.count - 1] * space)
  }

  /// Numbers for a kernel of this shape.
  package func draw(shape: [Int], key: Key) -> [Float] {
    let count = shape.reduce(1, *)
    var generator = Generator(key: key)
    let factor = scale * spread(shape)
    switch distribution {
    case .zeros: return [Float](repeating: 0, count: count)
    case .ones: return [Float](repeating: Float(scale), count: count)
    case .normal: return (0..<count).map { _ in Float(factor * generator.normal()) }
    case .uniform:
      let limit = 3.0.squareRoot() * factor
      return (0..<count).map { _ in Float(generator.uniform(-limit, limit)) }
    case .truncatedNormal:
      // A normal cut at two standard deviations has a deviation of 0.8796; the factor restores 1.
      return (0..<count).map { _ in Float(1.1368 * factor * Self.truncated(&generator)) }
    }
  }

  private func spread(_ shape: [Int]) -> Double {
    let fans = Self.fans(of: shape)
    return switch fan {
    case .in: (1 / Double(fans.in)).squareRoot()
    case .out: (1 / Double(fans.out)).squareRoot()
    case .average: (2 / Double(fans.in + fans.out)).squareRoot()
    case .none: 1
    }
  }

  /// A standard normal number in [-2, 2], by rejection.
  private static func truncated(_ generator: inout Generator) -> Double {
    while true {
      let x = generator.normal()
      if abs(x) <= 2 { return x }
    }
  }
}
