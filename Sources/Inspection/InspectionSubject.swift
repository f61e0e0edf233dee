import Foundation
import NeuralNetworks
import Runs

/// What an ``Inspector`` asks of those who know a kind of runs.
package protocol InspectionSubject {
  init()

  /// Who has parameters, in words: `an agent`.
  static var owner: String { get }

  /// Whether a tensor is one of the networks', and no counter.
  static func isNetwork(_ name: String) -> Bool

  /// What the lines of a run's scores call a score.
  static var scoreName: String { get }

  /// Takes note of a run's configuration, and of what it asks for. What is wrong with it becomes one of
  /// the inspection's problems.
  mutating func take(configuration file: URL, _ inspection: inout InspectionResult)

  /// What a checkpoint's files have to hold; nil where the configuration does not tell.
  var parameters: WantedTensors? { get }
  var averages: WantedTensors? { get }

  /// Reads a checkpoint's state.
  ///
  /// - Throws: what is wrong with it, or does not belong to the run.
  func open(_ checkpoint: Checkpoint, in run: RunFolder?) throws -> InspectedCheckpoint

  /// Reads what a run would that goes on from a checkpoint, and changes nothing.
  func lookAtContinuation(
    of run: RunFolder, from checkpoint: Checkpoint, _ inspection: inout InspectionResult)
}

extension InspectionSubject {
  package static func isNetwork(_ name: String) -> Bool { true }
  package static var scoreName: String { "episode/score" }
  package func lookAtContinuation(
    of run: RunFolder, from checkpoint: Checkpoint, _ inspection: inout InspectionResult
  ) {}
}

/// The tensors of a file.
package struct WantedTensors {
  package let tensors: [(name: String, shape: [Int])]
  /// The names of others that may stand there, of any shape.
  package let others: [String]

  package init(_ tensors: [(name: String, shape: [Int])], others: [String] = []) {
    (self.tensors, self.others) = (tensors, others)
  }
}

/// What was found in a checkpoint's state.
package struct InspectedCheckpoint {
  package let state: CheckpointState
  /// Gradient steps.
  package let updates: Int
  /// The step of the checkpoint that did best in an evaluation; nil where there was none.
  package let best: Int?

  package init(state: CheckpointState, updates: Int, best: Int? = nil) {
    (self.state, self.updates, self.best) = (state, updates, best)
  }
}
