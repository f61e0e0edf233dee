import Autoencoders
import Configuration
import Files
import Foundation
import FrameSources
import NeuralNetworks
import Randomness
import Runs
import Telemetry

/// What a model needs to know of the frames that it was made for, so that it can be used without them.
package struct FrameFacts: Codable, Sendable, Equatable {
  package let shape: FrameShape
  /// The name of the label, and those of its classes; none where nothing is known of frames.
  package let label: String
  package let classNames: [String]

  package init(_ data: FrameData) {
    shape = data.shape
    (label, classNames) = (data.label?.name ?? "", data.label?.classNames ?? [])
  }

  /// - Throws: ``AutoencoderError``, `LayerStyleError`.
  package func makeModel(_ configuration: FrameTrainingConfiguration) throws -> Autoencoder {
    try Autoencoder(
      configuration.vae,
      frame: FrameSize(height: shape.height, width: shape.width, channels: shape.channels),
      labels: classNames.isEmpty ? nil : classNames.count,
      key: Key(seed: UInt64(configuration.seed)).fold("parameters"))
  }

  /// Of a state that a stranger may have written.
  var isPlausible: Bool {
    [shape.height, shape.width].allSatisfy { 1...4096 ~= $0 } && 1...64 ~= shape.channels
  }
}

/// A checkpoint of a model of frames that is what it says it is.
package struct OpenFrameCheckpoint {
  package let checkpoint: Checkpoint
  package let state: CheckpointState
  package let configuration: FrameTrainingConfiguration
  package let facts: FrameFacts

  /// - Throws: `RunFileError`, `FileError`, `ConfigurationError`.
  package init(_ checkpoint: Checkpoint, in run: RunFolder?) throws {
    self.checkpoint = checkpoint
    state = try checkpoint.readState()
    guard let facts = try state.member("frames", as: FrameFacts.self) else {
      if state.holds("agent") {
        throw FileError(
          .malformed, path: checkpoint.url.path, what: "is of an agent, not of a model of frames",
          remedy: "use `dreamer evaluate`, `imagine` or `report`")
      }
      throw state.damage
    }
    guard facts.isPlausible, state.step == checkpoint.step, state.checksum != nil else {
      throw state.damage
    }
    self.facts = facts
    let data = try checkpoint.read(checkpoint.configuration, of: state)
    guard let text = String(validating: data, as: UTF8.self) else { throw state.damage }
    configuration = try FrameTrainingConfiguration(
      yaml: text, file: checkpoint.configuration.path)
  }

  /// What a run goes on from, beside parameters and averages.
  struct Rest {
    let updates: Int
    let log: RunLog.State
    let tally: LatentTally
  }

  /// - Throws: `RunFileError` where it is not of a run of this model.
  func readRest(_ model: Autoencoder) throws -> Rest {
    guard let updates = try state.member("updates", as: Int.self), 0...state.step ~= updates,
      let log = try state.member("log", as: RunLog.State.self),
      let tally = try state.member("latents", as: LatentTally.self), tally.fits(model)
    else { throw state.damage }
    return Rest(updates: updates, log: log, tally: tally)
  }

  /// Updates that were made, those that were left out not among them.
  ///
  /// - Throws: `RunFileError`.
  package func readUpdates(of model: Autoencoder) throws -> Int { try readRest(model).updates }

  /// Reads what a run would that goes on from here.
  ///
  /// - Throws: `RunFileError`, `FileError`.
  package func checkContinuation(of model: Autoencoder, in folder: RunFolder) throws {
    _ = try RunHistory(of: folder, through: state.step, try readRest(model).log)
  }

  /// The model with its parameters.
  ///
  /// - Throws: as ``Runs/Checkpoint/load(_:from:file:)``.
  func makeModel() throws -> Autoencoder {
    let model = try facts.makeModel(configuration)
    let tensors = try checkpoint.readTensors(checkpoint.parameters, of: state)
    try checkpoint.load(model.parameters.tensors, from: tensors, file: checkpoint.parameters)
    return model
  }
}

/// A trained model of frames, as commands use it.
package struct TrainedAutoencoder: Sendable {
  package let model: Autoencoder
  package let configuration: FrameTrainingConfiguration
  package let facts: FrameFacts
  /// What tells its parameters from others.
  package let identity: String
  /// Updates that it has learned from.
  package let updates: Int
  /// Where it was.
  package let url: URL

  /// - Parameter url: a run folder, for its newest checkpoint, or a checkpoint's folder.
  /// - Throws: `FileError`, `RunFileError`, `SafeTensorsError`, `ConfigurationError`.
  package init(contentsOf url: URL) throws {
    self = try RunFolder.reading(url) { run, checkpoint in
      let opened = try OpenFrameCheckpoint(checkpoint, in: run)
      return TrainedAutoencoder(
        model: try opened.makeModel(), configuration: opened.configuration, facts: opened.facts,
        identity: opened.state.files?[checkpoint.parameters.lastPathComponent] ?? "",
        updates: opened.state.step, url: url)
    }
  }

  private init(
    model: Autoencoder, configuration: FrameTrainingConfiguration, facts: FrameFacts,
    identity: String, updates: Int, url: URL
  ) {
    (self.model, self.configuration, self.facts) = (model, configuration, facts)
    (self.identity, self.updates, self.url) = (identity, updates, url)
  }

  /// The frames that it was trained on, or others of their shape.
  ///
  /// - Parameter set: `key=value` over what the run was told of `data`, `env`, `task` and `seed`.
  /// - Throws: errors of configuration and of files; ``AutoencoderError`` where frames are of another shape.
  package func data(overlaid set: [String] = []) throws -> FrameData {
    let configuration = try configuration.overlaid(set)
    let data = try FrameData(
      configuration.data, task: configuration.task, env: configuration.env,
      seed: configuration.seed)
    guard data.shape == facts.shape else {
      throw AutoencoderError(
        key: "data", problem: "frames of \(data.shape) for a model of \(facts.shape)",
        remedy: "name frames as the model was trained on, or set data.size")
    }
    return data
  }
}

extension SafeTensors {
  /// The parameters of a run's newest checkpoint, of a checkpoint, or of a file.
  ///
  /// - Throws: `FileError`, `SafeTensorsError`, `RunFileError`.
  static func ofModel(at url: URL) throws -> SafeTensors {
    if try FileKind.of(url) == .file { return try SafeTensors(contentsOf: url) }
    return try RunFolder.reading(url) { _, checkpoint in
      try checkpoint.readTensors(checkpoint.parameters, of: checkpoint.readState())
    }
  }
}
