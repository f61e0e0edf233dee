/// A number that an update stops at.
public struct BadNumber: Sendable, Equatable {
  public let name: String
  public let value: Float

  public init(name: String, value: Float) { (self.name, self.value) = (name, value) }

  /// The first loss that is infinite or not a number, or else their total. Other metrics may be
  /// anything: a mean of what overflowed says nothing and is no reason to stop.
  ///
  /// - Parameter metrics: losses begin with `loss/`; `total` is the name of their total.
  public static func first(
    in metrics: [(name: String, value: Float)], total: String
  ) -> BadNumber? {
    let bad = metrics.filter { !$0.value.isFinite }
    return (bad.first { $0.name.hasPrefix("loss/") } ?? bad.first { $0.name == total })
      .map { BadNumber(name: $0.name, value: $0.value) }
  }
}
