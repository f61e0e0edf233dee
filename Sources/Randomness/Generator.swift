import Foundation

/// Draws in sequence from one key: for code that wants a handful of numbers and whose order is fixed
/// (an environment's layout, an initialiser).
///
/// Its own uniform, normal and shuffle are spelled out because the standard library's may change
/// between versions.
public struct Generator: Sendable {
  private let key: Key
  private var index = 0

  /// Begins at the key's first number: the same key gives the same sequence.
  public init(key: Key) { self.key = key }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    defer { index += 1 }
    return key.bits(at: index)
  }

  /// A uniform number in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A uniform number in [lower, upper).
  public mutating func uniform(_ lower: Double, _ upper: Double) -> Double {
    lower + (upper - lower) * uniform()
  }

  /// A uniform integer in 0..<bound, without bias (Lemire 2019, arXiv:1805.10941).
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "integer(below: \(bound)) needs a positive bound")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// A standard normal number (Box and Muller 1958, the cosine half).
  public mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// Shuffles in place (Fisher and Yates).
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for i in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(i, integer(below: i + 1))
    }
  }
}
