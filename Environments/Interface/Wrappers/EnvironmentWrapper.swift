import Randomness

/// An environment that changes something of another one; what it does not say is the base's.
public protocol EnvironmentWrapper: Environment {
  associatedtype Base: Environment
  var base: Base { get set }
}

extension EnvironmentWrapper {
  public var id: String { base.id }
  public var observationSpaces: [ObservationSpace] { base.observationSpaces }
  public var actionSpace: ActionSpace { base.actionSpace }
  public var information: EnvironmentInformation { base.information }
  public var sketch: Sketch? { base.sketch }
  public var trueState: [TrueValue] { base.trueState }

  public mutating func reset(key: Key, into observation: inout Observation) throws -> Step {
    try base.reset(key: key, into: &observation)
  }

  public mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    try base.step(action, into: &observation)
  }
}
