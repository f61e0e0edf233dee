import Foundation
import Randomness
import ReplaySettings

/// Chooses how to choose among the remembered windows, and among them with a liking for recent ones.
///
/// Windows leave in the order in which they came, so those that are there are a range of positions
/// and a uniform choice is one number. (The reference keeps a list that it swaps elements in, for
/// the same choice in the same constant time.)
package struct WindowSelector {
  /// A way to choose a window.
  enum Way {
    case uniform, recency, priority
  }

  private let fractions: ReplayConfiguration.Fractions
  private let exponent: Double
  /// The most windows.
  private let size: Int
  /// The weights of all ages that come before each stretch of ages, and at the end those of all;
  /// empty where no choice likes recent windows. What lies within a stretch is added up anew, in the
  /// same order and so to the same bits, for a sum for each age would take 40 MB by default.
  private let sums: [Double]

  /// Ages whose weights are added up anew.
  private static let stretch = 256

  package init(_ configuration: ReplayConfiguration) {
    fractions = configuration.fracs
    exponent = -configuration.recexp
    size = configuration.size
    sums = fractions.recency == 0 ? [] : Self.sums(size, exponent)
  }

  private static func sums(_ size: Int, _ exponent: Double) -> [Double] {
    var sums: [Double] = []
    sums.reserveCapacity(size / stretch + 2)
    var total = 0.0
    for age in 0..<size {
      if age % stretch == 0 { sums.append(total) }
      total += weight(age, exponent)
    }
    return sums + [total]
  }

  private static func weight(_ age: Int, _ exponent: Double) -> Double {
    pow(Double(age + 1), exponent)
  }

  /// Bytes of memory.
  package var bytes: Int { sums.count * MemoryLayout<Double>.stride }

  /// The way of the next choice; draws only where there are several.
  func choose(using generator: inout Generator) -> Way {
    guard fractions.recency > 0 || fractions.priority > 0 else { return .uniform }
    let place = generator.uniform()
    if place < fractions.recency { return .recency }
    return place < fractions.recency + fractions.priority ? .priority : .uniform
  }

  /// The position of a window among `count`, 0 being the oldest. While there are fewer than there can
  /// be, ages are scaled down.
  package func recent(among count: Int, using generator: inout Generator) -> Int {
    let oldest = age(at: generator.uniform() * sums[sums.count - 1])
    let age = count < size ? oldest * count / size : oldest
    return count - 1 - age
  }

  /// The first age with which the weights add up to more than `wanted`; the last where none is.
  private func age(at wanted: Double) -> Int {
    var (low, high) = (0, sums.count - 2)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle + 1] > wanted { high = middle } else { low = middle + 1 }
    }
    let ages = low * Self.stretch..<min((low + 1) * Self.stretch, size)
    var total = sums[low]
    for age in ages {
      total += Self.weight(age, exponent)
      if total > wanted { return age }
    }
    return size - 1
  }
}
