import Agents
import EnvironmentInterface
import ReplayBuffers
import Runs
import Telemetry
import TrainedAgents

/// What a run goes on from besides the agent and the memory, so that a resumed run is the one that was not
/// interrupted.
package struct RunState: Codable, Equatable {
  var driver: Driver.State
  package var log: RunLog.State
  var ratio: TrainRatio
  /// Reports made so far.
  var reports: Int
  /// The best mean return of an evaluation, and the step of its checkpoint.
  package var best: BestEvaluation?
  /// What the run was begun with, as a number: ``TrainingConfiguration/identity(startingFrom:)``. Nil in
  /// checkpoints of before.
  var identity: String?
  /// Where training and reports stand in the midst of windows.
  var training: BatchSource.State?
  var reporting: BatchSource.State?
  /// What is left of a step in whose midst the run was stopped; nil between steps.
  var rest: StepRest?
  /// With a rest: the sizes of the logs, which have lines of the same step to come.
  package var logSizes: RunLog.Sizes?
}

extension OpenCheckpoint {
  /// What a run goes on from here; nil where the checkpoint holds an agent alone.
  ///
  /// - Throws: `RunFileError` where it is none that a run can have.
  package func readRun() throws -> RunState? {
    let run = try state.member("run", as: RunState.self)
    if let run, !run.isPlausible { throw state.damage }
    return run
  }
}

/// The evaluation that did best.
package struct BestEvaluation: Codable, Equatable {
  var mean: Double
  package var step: Int
}

extension Driver {
  /// Where the episodes stand.
  struct State: Codable, Equatable {
    /// Calls of `step`.
    var steps: Int
    var games: [GameState]
    var policy: ActingPolicy.Memory
    /// Episodes that environments had begun which a resumed run has no more, in their order; nil where
    /// there are none.
    var retired: [Int]?
  }

  /// Where an episode stands: an episode is a function of its key and its actions.
  struct GameState: Codable, Equatable {
    /// Episodes that were begun.
    var episodes: Int
    /// What was done in the episode.
    var actions: [Action]
    /// What is to be done next; nil where an episode is to begin.
    var next: Action?
    var score: Double
    var rewardChanges: Int
    /// The last one.
    var reward: Float

    /// Where an environment stands that begins an episode next.
    static func beginning(after episodes: Int) -> GameState {
      GameState(
        episodes: episodes, actions: [], next: nil, score: 0, rewardChanges: 0, reward: 0)
    }
  }
}
