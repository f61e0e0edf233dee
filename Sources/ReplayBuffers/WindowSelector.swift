import Foundation
import Randomness

/// Chooses how to choose among the remembered windows, and among them with a liking for recent ones.
///
/// Windows leave in the order in which they came, so those that are there are a range of positions
/// and a uniform choice is one number. (The reference keeps a list that it swaps elements in, for
/// the same choice in the same constant time.)
struct WindowSelector {
  /// A way to choose a window.
  enum Way {
    case uniform, recency, priority
  }

  private let fractions: ReplayConfiguration.Fractions
  /// `cumulative[a]`: the weights of the ages `0...a`; empty where no choice likes recent windows.
  private let cumulative: [Double]

  init(_ configuration: ReplayConfiguration) {
    fractions = configuration.fracs
    var total = 0.0
    cumulative =
      configuration.fracs.recency == 0
      ? []
      : (0..<configuration.size).map { age in
        total += pow(Double(age + 1), -configuration.recexp)
        return total
      }
  }

  /// The way of the next choice; draws only where there are several.
  func choose(using generator: inout Generator) -> Way {
    guard fractions.recency > 0 || fractions.priority > 0 else { return .uniform }
    let place = generator.uniform()
    if place < fractions.recency { return .recency }
    return place < fractions.recency + fractions.priority ? .priority : .uniform
  }

  /// The position of a window among `count`, 0 being the oldest. While there are fewer than there can
  /// be, ages are scaled down.
  func recent(among count: Int, using generator: inout Generator) -> Int {
    let wanted = generator.uniform() * cumulative[cumulative.count - 1]
    var (low, high) = (0, cumulative.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > wanted { high = middle } else { low = middle + 1 }
    }
    let age = count < cumulative.count ? low * count / cumulative.count : low
    return count - 1 - age
  }
}
