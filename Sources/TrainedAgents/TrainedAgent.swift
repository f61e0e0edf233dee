import Agents
import Configuration
import EnvironmentInterface
import Files
import Foundation
import Runs
import Worlds

/// A trained agent with what is needed to play: loaded from a run folder or a checkpoint.
public struct TrainedAgent: Sendable {
  /// The networks with what they have learned.
  public let agent: Agent
  /// What the agent was trained with; of an agent in a run's folder, `run` is what that says now.
  public let configuration: TrainingConfiguration
  /// Environment steps of its training.
  public let step: Int
  private let source: EnvironmentSource

  /// - Parameter step: environment steps of its training.
  public init(_ agent: Agent, configuration: TrainingConfiguration, step: Int) {
    self.agent = agent
    self.configuration = configuration
    self.step = step
    source = EnvironmentSource(task: configuration.task, configuration.env, own: nil)
  }

  /// - Parameters:
  ///   - url: a run folder, for its newest checkpoint, or a checkpoint's folder.
  ///   - makeEnvironment: makes a copy of the world of one's own that the agent was trained in; nil
  ///     for a bundled world.
  /// - Throws: `FileError`, `ConfigurationError`, `SafeTensorsError`, ``RunFileError``.
  public init(
    contentsOf url: URL, makeEnvironment: (@Sendable () throws -> any Environment)? = nil
  ) throws {
    let (opened, parameters) = try OpenCheckpoint.withParameters(at: url)
    let checkpoint = opened.checkpoint
    guard let (configuration, file) = opened.configurationOfAgent else {
      throw FileError(
        .missing, path: checkpoint.configuration.path, what: "there is no such file",
        remedy: "copy the run's config.yaml, two folders above its checkpoints, to there")
    }
    self.configuration = configuration
    source = EnvironmentSource(task: configuration.task, configuration.env, own: makeEnvironment)
    let world = try OpenCheckpoint.world(source, of: file)
    agent = try Agent(
      configuration.agent, spaces: world.observationSpaces, actionSpace: world.actionSpace,
      key: .init(seed: 0))
    try checkpoint.restore(agent, from: parameters)
    step = opened.step
  }

  /// A new copy of the environment that the agent was trained in.
  public func makeEnvironment() throws -> any Environment { try source.make() }
}
