import Evaluation
import Foundation
import Runs
import TrainedAgents
import Training

/// Trains an agent in the corridor, loads it from its run folder and lets it play.
/// - Parameter presets: of the configuration, each over the one before.
/// - Returns: its mean return.
func trainInCorridor(_ presets: [String], in folder: URL) throws -> Double {
  let configuration = try TrainingConfiguration.resolve(presets: presets).configuration
  let trainer = try Trainer(configuration, in: RunFolder(at: folder)) { Corridor() }
  _ = try trainer.run()
  let trained = try TrainedAgent(contentsOf: folder) { Corridor() }
  let plan = EvaluationPlan(configuration.run)
  return try trained.agent.evaluate(in: trained.makeEnvironment, plan).mean
}
