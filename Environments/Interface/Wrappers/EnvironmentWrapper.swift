import Randomness

/// An environment that changes something of another one; what it does not say is the base's.
public protocol EnvironmentWrapper: Environment {
  associatedtype Base: Environment
  var base: Base { get set }
}

extension EnvironmentWrapper {
  /// The base's: a changed world keeps its name.
  public var id: String { base.id }
  /// The base's, for wrappers that change nothing of what is shown.
  public var observationSpaces: [ObservationSpace] { base.observationSpaces }
  /// The base's, for wrappers that change nothing of what can be done.
  public var actionSpace: ActionSpace { base.actionSpace }
  /// The base's, for wrappers that change neither rewards nor steps.
  public var information: EnvironmentInformation { base.information }
  /// The base's: how a world stands does not depend on how it is shown.
  public var sketch: Sketch? { base.sketch }
  /// The base's: what is true does not depend on what is shown.
  public var trueState: [TrueValue] { base.trueState }

  /// The base's, for wrappers that remember nothing of an episode and show what the base shows.
  public mutating func reset(key: Key, into observation: inout Observation) throws -> Step {
    try base.reset(key: key, into: &observation)
  }

  /// The base's, for wrappers that change nothing of a step.
  public mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    try base.step(action, into: &observation)
  }
}
