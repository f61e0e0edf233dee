import Configuration
import Files
import Foundation
import Runs
import TrainedAgents

extension TrainingConfiguration {
  /// Refuses to continue a run with what its state does not allow.
  ///
  /// - Parameters:
  ///   - run: the run's folder.
  ///   - step: environment steps that it has made.
  ///   - own: its configuration at that step.
  /// - Throws: ``ConfigurationError`` for the first such value.
  func checkContinuation(of run: RunFolder, at step: Int, with own: TrainingConfiguration) throws {
    if let difference = differencesOfState(from: own).first {
      throw ConfigurationError(
        keyPath: difference.key, value: difference.value,
        reason: "the run in \(run.url.relativePath) was begun with \(difference.defaultValue) and "
          + "goes on with it; leave it out, or begin another run with --from")
    }
    // Who asks for no other number of steps may have made more: the last step is one of all environments.
    if self.run.steps < step, self.run.steps != own.run.steps {
      throw ConfigurationError(
        keyPath: "run.steps", value: "\(self.run.steps)",
        reason:
          "the run in \(run.url.relativePath) has made \(step) steps already; --steps must be "
          + "more")
    }
  }

  /// Restores a run, and says of a checkpoint that does not fit which setting is in the way.
  func explaining<Result>(
    _ own: TrainingConfiguration?, _ restore: () throws -> Result
  ) throws -> Result {
    do {
      return try restore()
    } catch let error as RunFileError {
      guard let difference = own.flatMap({ differencesOfShape(from: $0).first }) else {
        throw error
      }
      throw RunFileError(
        file: error.file, problem: error.problem,
        remedy: "leave \(difference.key)=\(difference.value) out, or begin another run with --from")
    }
  }
}
