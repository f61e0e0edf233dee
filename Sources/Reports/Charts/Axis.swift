import Foundation

/// How numbers become places along one side of a chart.
package struct Axis {
  package let lower: Double
  package let upper: Double
  let isLogarithmic: Bool

  /// An axis that values fit on, a little room around them.
  ///
  /// - Parameter isLogarithmic: only where all are positive.
  package init(_ values: [Double], isLogarithmic: Bool = false, padding: Double = 0.04) {
    let finite = values.filter { $0.isFinite && (!isLogarithmic || $0 > 0) }
    self.isLogarithmic = isLogarithmic
    let places = finite.map { isLogarithmic ? log10($0) : $0 }
    let (least, most) = (places.min() ?? 0, places.max() ?? 1)
    let spread = most - least
    let room = spread > 0 ? padding * spread : max(abs(most) * 0.1, isLogarithmic ? 0.3 : 0.5)
    let isAtZero = !isLogarithmic && least == 0
    (lower, upper) = (isAtZero ? 0 : least - room, most + room)
  }

  /// Whether values spread over so many powers of ten that only a logarithmic axis shows them.
  static func wantsLogarithm(_ values: [Double]) -> Bool {
    guard let least = values.min(), let most = values.max() else { return false }
    return least > 0 && most / least > 50
  }

  /// 0 at the lower end, 1 at the upper.
  package func share(_ value: Double) -> Double {
    let place = isLogarithmic ? log10(max(value, 1e-300)) : value
    return (place - lower) / (upper - lower)
  }

  /// Round numbers within, about as many as wanted.
  package func ticks(_ wanted: Int) -> [Double] {
    isLogarithmic ? logarithmicTicks(wanted) : Self.ticks(lower, upper, wanted)
  }

  private static func ticks(_ lower: Double, _ upper: Double, _ wanted: Int) -> [Double] {
    let raw = (upper - lower) / Double(max(wanted, 1))
    let power = pow(10, floor(log10(raw)))
    let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= raw * 0.8 } ?? 10 * power
    let first = (lower / step).rounded(.up)
    return (0...2 * wanted + 2).map { (first + Double($0)) * step }.filter {
      $0 <= upper + 1e-9 * step
    }
  }

  private func logarithmicTicks(_ wanted: Int) -> [Double] {
    let decades = Int(lower.rounded(.up))...max(Int(lower.rounded(.up)), Int(upper.rounded(.down)))
    let powers = decades.map { pow(10, Double($0)) }.filter { lower...upper ~= log10($0) }
    guard powers.count < 2 else {
      let every = max(1, (powers.count + wanted - 1) / wanted)
      return powers.enumerated().filter { $0.offset % every == 0 }.map(\.element)
    }
    return Self.ticks(pow(10, lower), pow(10, upper), wanted).filter { $0 > 0 }
  }
}
