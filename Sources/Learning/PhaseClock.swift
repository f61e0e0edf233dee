/// A clock for phases that follow each other.
public struct PhaseClock {
  private var last = ContinuousClock.now

  public init() {}

  /// Seconds since the last call, or since the clock was made.
  public mutating func lap() -> Double {
    let now = ContinuousClock.now
    defer { last = now }
    return (now - last) / .seconds(1)
  }
}
