import AutoencoderTraining
import Autoencoders
import Foundation
import NeuralNetworks
import Runs

/// Runs of an `AutoencoderTrainer`.
package struct FrameModelSubject: InspectionSubject {
  private var configuration: FrameTrainingConfiguration?
  private var model: Autoencoder?

  package init() {}

  package static let owner = "a model of frames"
  package static let scoreName = "eval/elbo"

  package mutating func take(configuration file: URL, _ inspection: inout InspectionResult) {
    configuration = inspection.attempt { try FrameTrainingConfiguration(contentsOf: file) }
    guard let configuration else { return }
    inspection.note(configuration)
    inspection.totalSteps = configuration.run.steps
    inspection.frames = FrameModelParts(configuration)
    // A run's frames may be far away or gone; a checkpoint tells what they were.
    let folder = file.deletingLastPathComponent()
    guard let (run, checkpoint) = try? RunFolder.locate(folder),
      let facts = try? OpenFrameCheckpoint(checkpoint, in: run).facts
    else { return }
    inspection.frames?.shape = facts.shape.description
    inspection.frames?.label = facts.label.isEmpty ? nil : facts.label
    inspection.frames?.classes = facts.classNames
    model = inspection.attempt { try facts.makeModel(configuration) }
  }

  package var parameters: WantedTensors? {
    model.map { WantedTensors($0.parameters.entries.map { ($0.name, $0.shape) }) }
  }

  package var averages: WantedTensors? {
    guard let model, let configuration else { return nil }
    let state = Optimizer(configuration.opt, store: model.parameters).state
    return WantedTensors(state.map { ($0.name, $0.shape) })
  }

  package func open(
    _ checkpoint: Checkpoint, in run: RunFolder?
  ) throws -> InspectedCheckpoint {
    let opened = try OpenFrameCheckpoint(checkpoint, in: run)
    let model = try model ?? opened.facts.makeModel(opened.configuration)
    return InspectedCheckpoint(state: opened.state, updates: try opened.readUpdates(of: model))
  }

  package func lookAtContinuation(
    of run: RunFolder, from checkpoint: Checkpoint, _ inspection: inout InspectionResult
  ) {
    // Lines that are no records were told.
    guard inspection.problems.isEmpty, let model else { return }
    _ = inspection.attempt {
      try OpenFrameCheckpoint(checkpoint, in: run).checkContinuation(of: model, in: run)
    }
  }
}

/// What a model of single frames is put together from.
package struct FrameModelParts: Sendable, Encodable {
  /// What frames are of: a world, a file or a folder.
  package var source: String
  /// Rows, columns and channels; nil where no checkpoint tells.
  package var shape: String?
  /// What is known of each frame; nil where nothing is.
  package var label: String?
  package var classes: [String] = []
  package var posterior: String
  /// `vector`, or `spatial`.
  package var latents: String
  package var prior: String
  package var likelihood: String
  package var objective: String
  package var isConditional: Bool

  init(_ configuration: FrameTrainingConfiguration) {
    let vae = configuration.vae
    source = configuration.frameSource
    (posterior, latents, prior) = (vae.posterior, vae.latent.shape, vae.prior)
    (likelihood, objective, isConditional) = (vae.likelihood, vae.objective, vae.conditional)
  }
}
