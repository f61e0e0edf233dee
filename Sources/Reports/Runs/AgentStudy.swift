import Agents
import EnvironmentInterface
import Evaluation
import Foundation
import Pictures
import Probes
import Randomness
import Storyboards
import TrainedAgents

/// What a checkpoint shows when its agent is looked at.
struct AgentStudy {
  let run: RunRecord
  /// Environment steps of its training.
  let step: Int
  let probes: ProbeTable?
  let map: LatentMap
  /// Of the first state of a held-out episode, where deter knows nothing yet.
  let traversal: LatentTraversal?
  /// A GIF of fresh episodes that are observed and then imagined, and how far off that is; nil where
  /// the world shows no image or its episodes are too short.
  let film: Data?
  let openLoop: OpenLoopError?

  /// Plays episodes of random actions with the run's agent.
  ///
  /// - Throws: what loading the agent and its world throw.
  init(_ run: RunRecord, _ plan: ProbePlan) throws {
    let trained = try TrainedAgent(contentsOf: run.source)
    (self.run, step) = (run, trained.step)
    let (agent, deter) = (trained.agent, trained.agent.worldModel.rssm.deter)
    let episodes = try agent.probedEpisodes(in: trained.makeEnvironment, plan)
    let saysTruth = episodes.contains { !($0.truth.first ?? []).isEmpty }
    probes =
      saysTruth ? ProbeTable(episodes, deter: deter, fitEpisodes: plan.fitEpisodes) : nil
    let held = Array(episodes.suffix(plan.testEpisodes))
    map = LatentMap(held, deter: deter)
    var rollouts = RolloutPlan()
    rollouts.seed = plan.seed
    // As wide as the page.
    rollouts.sequences = 7
    film = try Self.unlessImpossible {
      try Storyboard(
        trained.rollout(rollouts), title: "\(run.configuration.subject) after \(trained.step) steps"
      ).animation(Self.framesPerSecond).gif()
    }
    rollouts.sequences = plan.testEpisodes
    openLoop = try Self.unlessImpossible { try trained.openLoopError(rollouts) }
    let first = held[0].states
    traversal = agent.traverse(
      deter: Array(first.deter.prefix(deter)),
      stoch: Array(first.stoch.prefix(first.stoch.count / held[0].truth.count)))
  }

  private static let framesPerSecond = 4.0

  private static func unlessImpossible<Value>(_ body: () throws -> Value) throws -> Value? {
    do { return try body() } catch is RolloutError { return nil }
  }
}
