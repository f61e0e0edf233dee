/// What people want to know of a world before they train in it; nothing here changes what it does.
public struct EnvironmentInformation: Sendable, Equatable {
  /// What is to be done there, in one line.
  public var summary: String
  /// Steps after which an episode is cut off; nil where none is.
  public var stepLimit: Int?
  /// The least and the most that one step can earn; nil where there is no bound.
  public var rewardRange: ClosedRange<Double>?
  /// The mean return of the shortest solutions, or what else is the best that can be had; nil where
  /// it is not known.
  public var bestReturn: Double?
  /// Whether the last step of an episode says if it succeeded.
  public var definesSuccess: Bool
  /// What each number of a discrete action space is called; empty where they have no names.
  public var actionNames: [String]
  /// The keys with which a person does what has a name, by that name: characters, or `left`, `right`,
  /// `up`, `down`, `space`, `enter`. Every discrete action has the key of its number besides.
  public var actionKeys: [String: [String]]
  /// Seconds that a step stands for, in a world where time passes by itself; nil where the world
  /// waits for the next action.
  public var stepSeconds: Double?

  /// By default nothing is known of the world.
  public init(
    summary: String = "", stepLimit: Int? = nil, rewardRange: ClosedRange<Double>? = nil,
    bestReturn: Double? = nil, definesSuccess: Bool = false, actionNames: [String] = [],
    actionKeys: [String: [String]] = [:], stepSeconds: Double? = nil
  ) {
    self.summary = summary
    self.stepLimit = stepLimit
    self.rewardRange = rewardRange
    self.bestReturn = bestReturn
    self.definesSuccess = definesSuccess
    self.actionNames = actionNames
    self.actionKeys = actionKeys
    self.stepSeconds = stepSeconds
  }
}
