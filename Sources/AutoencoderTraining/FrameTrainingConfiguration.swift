import Autoencoders
import Configuration
import FrameSources
import NeuralNetworks
import Worlds

/// Everything that decides what a run of a model of single frames does: its `config.yaml`.
package struct FrameTrainingConfiguration: Codable, Sendable, Equatable {
  /// The root of all randomness; at least 0.
  package var seed = 0
  /// The world whose frames are learned, `gridworld/Empty-8x8` for one; empty where `data` names
  /// another source.
  package var task = ""
  /// Frames of an update.
  package var batchSize = 128
  /// How long, how often, on how much of the machine.
  package var run = FrameRunConfiguration()
  /// Where frames come from, and into which parts they are cut.
  package var data = FrameDataConfiguration()
  /// What worlds leave to choose, and what stands around them.
  package var env = EnvironmentConfigurations()
  /// The model.
  package var vae = AutoencoderConfiguration()
  /// How it learns: Adam by default, as the peers' auto-encoders do.
  package var opt = Self.adam

  /// A plain variational auto-encoder, which names no source of frames.
  package init() {}

  /// What frames come from, as it was named: a world, a file or a folder.
  package var frameSource: String {
    [task, data.idx, data.folder, data.episodes].first { !$0.isEmpty } ?? ""
  }

  private static var adam: OptimizerConfiguration {
    var adam = OptimizerConfiguration()
    (adam.impl, adam.lr, adam.eps, adam.agc, adam.warmup) = ("adam", 1e-3, 1e-8, 0, 0)
    return adam
  }
}

/// `run`: how long, how often, on how much of the machine.
package struct FrameRunConfiguration: Codable, Sendable, Equatable {
  /// Updates.
  package var steps = 5000
  /// Updates between lines in `metrics.jsonl`; 0 is never.
  package var logEvery = 100
  /// Updates between looks at the validation part, and pictures; 0 is never.
  package var evalEvery = 500
  /// Frames of the validation part that are looked at.
  package var evalFrames = 1000
  /// Updates between checkpoints; 0 leaves those of the start and the end.
  package var saveEvery = 1000
  /// How many of the newest checkpoints stay.
  package var keep = 1
  /// What becomes of an update that finds a number that is not finite: `stop` ends the run, `skip` leaves
  /// the update out.
  package var onNonfinite = "stop"
  /// Computing threads; 0 for all processors that the affinity and the control groups' quota allow. Never
  /// changes a result.
  package var threads = 0
  /// The parts that a batch is cut into, each computed by one thread: as many keep as many cores busy,
  /// and each costs a sum of gradients. Changes results in their last bits.
  package var shards = 2

  /// Five thousand updates.
  package init() {}
}

extension FrameTrainingConfiguration: ConfigurationRoot {
  /// What each value must be by itself; values that depend on each other are for ``check(_:)``.
  package static let ranges: [ConfigurationRange] = .all(
    .each("seed", are: .atLeast(0)),
    .each("batch_size", are: .atLeast(1), .atMost(65_536)),
    FrameRunConfiguration.ranges.under("run"),
    FrameDataConfiguration.ranges.under("data"),
    EnvironmentConfigurations.ranges.under("env"),
    AutoencoderConfiguration.ranges.under("vae"),
    OptimizerConfiguration.ranges.under("opt"))

  /// Kinds of models, and `debug`.
  package static var presets: [ConfigurationPreset] { FramePresets.all }

  /// Refuses what makes no sense together.
  ///
  /// - Throws: ``ConfigurationError``, with the reason.
  package func check(_ table: ConfigurationTable<FrameTrainingConfiguration>) throws {
    try table.require(
      run.shards <= batchSize, "run.shards", "must be at most batch_size, \(batchSize)")
    try table.require(
      opt.schedule == "const" || opt.anneal > opt.warmup, "opt.anneal",
      "must be above opt.warmup, \(opt.warmup), for the \(opt.schedule) schedule")
    try vae.check { holds, key, reason in try table.require(holds, "vae.\(key)", reason) }
  }
}

extension FrameRunConfiguration {
  static let ranges: [ConfigurationRange] = .all(
    .each("log_every", "eval_every", "save_every", are: .atLeast(0)),
    .each("steps", "keep", "shards", are: .atLeast(1)),
    .each("eval_frames", are: .atLeast(1)),
    .each("threads", are: .atLeast(0), .atMost(1024)),
    .each("on_nonfinite", are: .oneOf(["stop", "skip"])))
}

/// Named overlays, compiled in.
private enum FramePresets {
  static let all: [ConfigurationPreset] = [
    preset("vae", PackageResources.vae_yaml),
    preset("beta", PackageResources.beta_yaml),
    preset("conditional", PackageResources.conditional_yaml),
    preset("full-covariance", PackageResources.full_covariance_yaml),
    preset("vq", PackageResources.vq_yaml),
    preset("fsq", PackageResources.fsq_yaml),
    preset("debug", PackageResources.debug_yaml),
  ]

  private static func preset(_ name: String, _ yaml: [UInt8]) -> ConfigurationPreset {
    ConfigurationPreset(name: name, yaml: String(decoding: yaml, as: UTF8.self))
  }
}
