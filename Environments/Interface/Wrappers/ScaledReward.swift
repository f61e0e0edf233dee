/// An environment whose rewards are multiplied by a number and then clipped. Returns are those of the
/// changed rewards.
public struct ScaledReward<Base: Environment>: EnvironmentWrapper {
  /// The environment whose rewards are changed.
  public var base: Base
  /// What rewards are multiplied by, before they are clipped.
  public let scale: Double
  /// The largest magnitude; nil for no bound.
  public let clip: Double?

  /// - Parameter clip: the largest magnitude of a reward, positive; nil for no bound.
  public init(_ base: Base, scale: Double = 1, clip: Double? = nil) {
    precondition(clip.map { $0 > 0 } ?? true, "rewards clipped to \(clip ?? 0)")
    self.base = base
    self.scale = scale
    self.clip = clip
  }

  /// The base's, with the bounds of a step's reward changed as rewards are. The best return is
  /// scaled; where rewards are clipped, it is not known.
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

  /// The base's step, its reward scaled and then clipped.
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
