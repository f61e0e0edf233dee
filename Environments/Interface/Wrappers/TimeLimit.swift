import Randomness

/// An environment whose episodes are cut off after some steps: `isLast` without `isTerminal`.
public struct TimeLimit<Base: Environment>: EnvironmentWrapper {
  /// The environment whose episodes are cut off.
  public var base: Base
  /// The most steps of an episode, the reset not counted.
  public let steps: Int
  private let definesSuccess: Bool
  private var stepCount = 0

  /// - Parameter steps: the most steps of an episode; at least 1.
  public init(_ base: Base, steps: Int) {
    precondition(steps >= 1, "a limit of \(steps) steps")
    self.base = base
    self.steps = steps
    definesSuccess = base.information.definesSuccess
  }

  /// The base's; where this limit is the lower one, with it and without a best return.
  public var information: EnvironmentInformation {
    var information = base.information
    if steps < information.stepLimit ?? .max {
      information.stepLimit = steps
      information.bestReturn = nil
    }
    return information
  }

  /// Begins an episode, and the count of its steps.
  public mutating func reset(key: Key, into observation: inout Observation) throws -> Step {
    stepCount = 0
    return try base.reset(key: key, into: &observation)
  }

  /// Ends the episode when the limit is reached, without success where the world defines one.
  public mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    var step = try base.step(action, into: &observation)
    stepCount += 1
    if stepCount >= steps && !step.isLast {
      step.isLast = true
      step.success = definesSuccess ? false : nil
    }
    return step
  }
}
