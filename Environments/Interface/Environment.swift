import Randomness

/// A world that an agent acts in.
///
/// An episode is a function of its key and its actions: `reset` draws whatever the episode will ever
/// draw from `key` (or keys folded from it), so that a run resumes by replaying actions and no
/// environment serialises itself. An environment is a value: a copy shares no state with it.
/// ``ConformanceChecker`` tests these promises. Physics is computed in `Double`.
public protocol Environment: Sendable {
  /// The name under which the command line knows the world, such as `gridworld/Empty-5x5`.
  var id: String { get }

  /// What the world shows, in ascending order of name; fixed over the environment's life.
  var observationSpaces: [ObservationSpace] { get }

  /// What the world can be told to do; fixed over the environment's life.
  var actionSpace: ActionSpace { get }

  /// What people want to know of the world; by default nothing is said.
  var information: EnvironmentInformation { get }
  /// What is true of the moment, for probes and maps: from reset to reset the same names in the same
  /// order, and of a choice the same alternatives. Asked only within an episode, its last step
  /// included; by default nothing is said.
  var trueState: [TrueValue] { get }

  /// How the world stands, in characters; nil, the default, where its picture has to do.
  var sketch: Sketch? { get }

  /// Begins an episode, also in the midst of another.
  /// - Parameter observation: buffers of the spaces' sizes; every element is overwritten.
  /// - Returns: a step with `isFirst` and reward 0.
  mutating func reset(key: Key, into observation: inout Observation) throws -> Step

  /// Goes one step on. Calling it before `reset` or after a last step is a bug of the caller, which
  /// ``CheckedEnvironment`` reports.
  /// - Parameter observation: buffers of the spaces' sizes; every element is overwritten.
  mutating func step(_ action: Action, into observation: inout Observation) throws -> Step
}

extension Environment {
  /// By default nothing is said.
  public var information: EnvironmentInformation { EnvironmentInformation() }
  /// By default there is none, and the world's picture has to do.
  public var sketch: Sketch? { nil }
  /// By default nothing is said, and probes have nothing to find.
  public var trueState: [TrueValue] { [] }

  /// Buffers of the right sizes for this environment.
  public func makeObservation() -> Observation { Observation(spaces: observationSpaces) }
}
