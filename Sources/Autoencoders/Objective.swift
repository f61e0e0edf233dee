import Autodiff
import Learning

/// What a model is trained to make as large as can be.
///
/// An objective is one file and one line of ``Objectives``.
package protocol Objective: Sendable {
  /// Draws of each frame in an update.
  var samples: Int { get }

  /// Records the losses of a shard's frames, each with its weight, and fills the gradients of what they
  /// come from; the sweep is the caller's.
  ///
  /// - Parameter batch: what the whole batch has in common.
  func finish(
    _ pass: FramePass, _ batch: FrameBatchFacts, _ model: Autoencoder, _ shard: Shard<FramePass>)
}

/// What an update's losses need of the whole batch.
package struct FrameBatchFacts: Sendable {
  /// Frames.
  package let size: Int
  /// β at this update.
  package let weight: Float
  /// Sums of divergences over the batch, `[groups · dimensions]`; empty where they are constants.
  package let divergenceSums: [Double]
}

/// The objectives that a configuration can name.
package enum Objectives {
  private static let all:
    [(name: String, make: @Sendable (AutoencoderConfiguration) -> any Objective)] = [
      ("elbo", { EvidenceBound($0) }),
      ("iwae", { ImportanceWeightedBound($0) }),
    ]

  package static var names: [String] { all.map(\.name) }

  static func make(_ configuration: AutoencoderConfiguration) -> any Objective {
    guard let objective = all.first(where: { $0.name == configuration.objective }) else {
      preconditionFailure("no objective is called \(configuration.objective)")
    }
    return objective.make(configuration)
  }
}
