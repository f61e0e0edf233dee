/// An environment in which an action is done several times; rewards add up, and only what the last
/// time shows is seen. The episode's end ends the repetition.
public struct ActionRepeat<Base: Environment>: EnvironmentWrapper {
  /// The environment that is stepped several times.
  public var base: Base
  /// How often each action is done; at least 1.
  public let count: Int

  /// - Parameter count: how often an action is done; at least 1.
  public init(_ base: Base, count: Int) {
    precondition(count >= 1, "an action repeated \(count) times")
    self.base = base
    self.count = count
  }

  /// The base's, for steps that are as long as `count` of its own. Where actions are repeated, the
  /// best return is not known.
  public var information: EnvironmentInformation {
    var information = base.information
    information.stepLimit = information.stepLimit.map { ($0 + count - 1) / count }
    information.rewardRange = information.rewardRange.map { range in
      // The last action can be done fewer times.
      let (low, high) = (range.lowerBound, range.upperBound)
      return min(low, low * Double(count))...max(high, high * Double(count))
    }
    information.stepSeconds = information.stepSeconds.map { $0 * Double(count) }
    if count > 1 { information.bestReturn = nil }
    return information
  }

  /// Does the action `count` times, or until the episode ends; the reward is the sum.
  public mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    var step = try base.step(action, into: &observation)
    for _ in 1..<count where !step.isLast {
      let reward = step.reward
      step = try base.step(action, into: &observation)
      step.reward += reward
    }
    return step
  }
}
