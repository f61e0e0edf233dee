import Agents
import EnvironmentInterface
import LatentModels
import Randomness
import ReplayBuffers
import Runs
import TrainedAgents
import WorldModels

extension Replay {
  /// The memory of a run.
  package convenience init(
    _ configuration: TrainingConfiguration, _ agent: Agent, key: Key, in folder: RunFolder
  ) throws {
    try self.init(
      configuration.replay, layout: ReplayLayout(agent), streamCount: configuration.streamCount,
      windowLength: configuration.windowLength, key: key, in: folder.replay)
  }
}

extension ReplayLayout {
  /// What an agent's experience is made of.
  package init(_ agent: Agent) {
    let rssm = agent.worldModel.rssm
    self.init(
      observationSpaces: agent.spaces, actionSpace: agent.actionSpace, deter: rssm.deter,
      stochBytes: rssm.latent.storedBytes)
  }

  /// What the experience of an agent with such dynamics is made of in a world.
  ///
  /// - Throws: `LatentSettingsError`.
  package init(world: any Environment, _ rssm: DynamicsConfiguration.RSSM) throws {
    self.init(
      observationSpaces: world.observationSpaces.sorted { $0.name < $1.name },
      actionSpace: world.actionSpace, deter: rssm.deter,
      stochBytes: try LatentFamilies.make(rssm).storedBytes)
  }
}
