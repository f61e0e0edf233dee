/// What comes with an observation: how the episode stands.
public struct Step: Sendable, Hashable, Codable {
  /// The reward received on arriving here; 0 at the first step.
  public var reward: Double
  /// Whether the episode begins here.
  public var isFirst: Bool
  /// Whether the episode ends here, be it by a time limit.
  public var isLast: Bool
  /// Whether the episode is over in truth, so that nothing can be earned any more. A time limit
  /// alone is not that: `isLast && !isTerminal` bootstraps.
  public var isTerminal: Bool
  /// At the last step, whether the episode succeeded; nil before, and always in a world that
  /// defines no success.
  public var success: Bool?

  /// By default a step in the midst of an episode; `success` is for last steps alone.
  public init(
    reward: Double, isFirst: Bool = false, isLast: Bool = false, isTerminal: Bool = false,
    success: Bool? = nil
  ) {
    self.reward = reward
    self.isFirst = isFirst
    self.isLast = isLast
    self.isTerminal = isTerminal
    self.success = success
  }

  /// The first step of an episode.
  public static let first = Step(reward: 0, isFirst: true)
}
