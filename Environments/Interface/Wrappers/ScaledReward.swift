/// An environment whose rewards are multiplied by a number and then clipped. Returns are those of the
/// changed rewards.
public struct ScaledReward<Base: Environment>: EnvironmentWrapper {
  public var base: Base
  public let scale: Double
  /// The largest magnitude; nil for no bound.
  public let clip: Double?

  /// - Parameter clip: the largest magnitude of a reward, positive; nil for no bound.
  public init(_ base: Base, scale: Double = 1, clip: Double? = nil) {
    self.base = base
    self.scale = scale
    self.clip = clip
  }

  public var information: EnvironmentInformation {
    var information = base.information
    information.rewardRange = information.rewardRange.map { range in
      let bounds = [changed(range.lowerBound), changed(range.upperBound)].sorted()
      return bounds[0]...bounds[1]
    }
    if clip != nil {
      information.bestReturn = nil
    } else {
      information.bestReturn = information.bestReturn.map { $0 * scale }
    }
    return information
  }

  public mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    var step = try base.step(action, into: &observation)
    step.reward = changed(step.reward)
    return step
  }

  /// What is not finite stays so, for the check that comes after.
  private func changed(_ reward: Double) -> Double {
    let reward = reward * scale
    guard let clip, reward.isFinite else { return reward }
    return min(max(reward, -clip), clip)
  }
}
