import Randomness

/// An environment whose inputs and outputs are checked: an action outside the space, a reward or
/// observation that is not finite or does not fit the spaces, or a step outside an episode is an
/// ``EnvironmentError`` that names environment, step and value.
public struct CheckedEnvironment<Base: Environment>: EnvironmentWrapper {
  /// The environment that is checked.
  public var base: Base
  /// What the base's observations must fit: its spaces when it was wrapped.
  public let observationSpaces: [ObservationSpace]
  /// What actions must be in: the base's space when it was wrapped.
  public let actionSpace: ActionSpace
  /// Steps since the reset; nil where no episode runs.
  private var stepCount: Int?

  /// - Parameter base: its spaces are taken now, and are not asked for again.
  public init(_ base: Base) {
    self.base = base
    observationSpaces = base.observationSpaces
    actionSpace = base.actionSpace
  }

  /// - Throws: ``EnvironmentError`` where the base returns anything but ``Step/first`` or its
  ///   observation does not fit; what the base throws.
  public mutating func reset(key: Key, into observation: inout Observation) throws -> Step {
    stepCount = nil
    let step = try base.reset(key: key, into: &observation)
    guard step == .first else {
      throw error(at: 0, "the reset returned \(step)", "return `Step.first` from `reset`")
    }
    try check(observation, at: 0)
    stepCount = 0
    return step
  }

  /// - Throws: ``EnvironmentError`` for a step outside an episode, an action outside the space, a
  ///   reward that is not finite as a `Float`, flags that contradict each other, or an observation
  ///   that does not fit; what the base throws.
  public mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    guard let stepCount else {
      throw error(at: nil, "a step outside an episode", "call `reset` first, and after a last step")
    }
    let time = stepCount + 1
    if let objection = actionSpace.objection(to: action) {
      throw error(at: time, objection, "give an action of the space")
    }
    let step = try base.step(action, into: &observation)
    try check(step, at: time)
    try check(observation, at: time)
    self.stepCount = step.isLast ? nil : time
    return step
  }

  private func check(_ step: Step, at time: Int) throws {
    // Replay and networks hold rewards as `Float`.
    guard Float(step.reward).isFinite else {
      throw error(at: time, "the reward is \(step.reward)", "make the world's rewards finite")
    }
    guard !step.isFirst, step.isLast || !step.isTerminal else {
      throw error(
        at: time,
        "the step says isFirst \(step.isFirst), isLast \(step.isLast), "
          + "isTerminal \(step.isTerminal)",
        "set isFirst only in `reset` and isTerminal only with isLast")
    }
  }

  private func check(_ observation: Observation, at time: Int) throws {
    if let objection = observation.objection(from: observationSpaces) {
      throw error(at: time, objection, "make the world's observations fit its spaces")
    }
  }

  private func error(at step: Int?, _ problem: String, _ remedy: String) -> EnvironmentError {
    EnvironmentError(environment: id, step: step, problem: problem, remedy: remedy)
  }
}
