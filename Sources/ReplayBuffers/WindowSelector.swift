import Foundation
import Randomness

/// Chooses among the remembered windows: uniformly, or with a liking for recent ones.
///
/// Windows leave in the order in which they came, so those that are there are a range of positions
/// and a uniform choice is one number. (The reference keeps a list that it swaps elements in, for
/// the same choice in the same constant time.)
struct WindowSelector {
  /// The share of choices that like recent windows.
  private let recency: Double
  /// `cumulative[a]`: the weights of the ages `0...a`; empty where no choice likes recent windows.
  private let cumulative: [Double]

  /// - Parameter capacity: the most windows there can be.
  init(recency: Double, exponent: Double, capacity: Int) {
    self.recency = recency
    var total = 0.0
    cumulative =
      recency == 0
      ? []
      : (0..<capacity).map { age in
        total += pow(Double(age + 1), -exponent)
        return total
      }
  }

  /// The position of a window among `count`; 0 is the oldest.
  func position(among count: Int, using generator: inout Generator) -> Int {
    guard !cumulative.isEmpty, generator.uniform() < recency else {
      return generator.integer(below: count)
    }
    return count - 1 - age(among: count, at: generator.uniform())
  }

  /// How many windows came after the chosen one. While there are fewer than there can be, ages are
  /// scaled down.
  private func age(among count: Int, at quantile: Double) -> Int {
    let wanted = quantile * cumulative[cumulative.count - 1]
    var (low, high) = (0, cumulative.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if cumulative[middle] > wanted { high = middle } else { low = middle + 1 }
    }
    return count < cumulative.count ? low * count / cumulative.count : low
  }
}
