/// How many updates are due, so that their number keeps a ratio to that of the steps.
///
/// A step is a record of an environment, the resets' included. The first call asks for one update,
/// whatever the step. The arithmetic is the reference's, in the same precision, so that rounding
/// delays the same updates.
package struct TrainRatio: Sendable, Equatable, Codable {
  /// Updates for each step.
  package let ratio: Double
  /// The step up to which updates were asked for; nil before the first call.
  package private(set) var previous: Double?

  /// - Parameter ratio: updates for each step, not negative; 0 asks for none, ever.
  package init(ratio: Double) {
    precondition(ratio >= 0 && ratio.isFinite, "a train ratio of \(ratio)")
    self.ratio = ratio
  }

  /// The ratio by which each step is replayed `trainRatio` times in batches of `sequences` times
  /// `length` trained rows.
  package init(trainRatio: Double, sequences: Int, length: Int) {
    self.init(ratio: trainRatio / Double(sequences * length))
  }

  /// Counts on from where another stands, at one's own ratio.
  package mutating func goOn(from other: TrainRatio) { previous = other.previous }

  /// The updates that are due at a step: whole ones, the rest stays due.
  package mutating func updates(at step: Int) -> Int {
    if ratio == 0 { return 0 }
    guard let previous else {
      self.previous = Double(step)
      return 1
    }
    let updates = Int((Double(step) - previous) * ratio)
    self.previous = previous + Double(updates) / ratio
    return updates
  }
}
