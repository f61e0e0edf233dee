import Agents
import ReplaySettings
import Worlds

/// Everything that decides what a run does: `config.yaml`.
///
/// The keys are the reference's (danijar/dreamerv3, configs.yaml) where the same thing is meant. A
/// property is spelled as its key in camel case, and its initial value is the default. Where values
/// come from, in order: defaults, the environment's preset, presets, files, the command line.
public struct TrainingConfiguration: Codable, Sendable, Equatable {
  /// The root of all randomness; at least 0.
  public var seed = 0
  /// The environment's id, `gridworld/Empty-5x5` for one; empty where there is none.
  public var task = ""
  /// Sequences in a training batch.
  public var batchSize = 16
  /// Train rows of a sequence; at least 2.
  public var batchLength = 64
  /// Rows of a sequence in a report, half of them imagined; at least 2.
  public var reportLength = 32
  /// Stretches of `batch_length` rows that are drawn as one window and trained on in turn.
  public var consecTrain = 1
  /// The same for reports, with stretches of `report_length` rows.
  public var consecReport = 1
  /// Rows before the train rows, for the latent state to start from.
  public var replayContext = 1
  /// How long, how often, on how much of the machine.
  public var run = RunConfiguration()
  /// What is remembered and which of it is learned from.
  public var replay = ReplayConfiguration()
  /// What worlds leave to choose, and what stands around them.
  public var env = EnvironmentConfigurations()
  /// What the agent is and how it learns.
  public var agent = AgentConfiguration()
  /// What `dreamer bench` computes with; runs do not look at it.
  public var bench = BenchConfiguration()

  /// The defaults, which name no task.
  public init() {}
}

/// `run`: how long, how often, on how much of the machine.
public struct RunConfiguration: Codable, Sendable, Equatable {
  /// Environment steps, over all environments.
  public var steps = 10_000_000_000
  /// Replayed rows trained on for each environment step.
  public var trainRatio = 32.0
  /// Environments that are stepped together. A run may be resumed with another number.
  public var envs = 16
  /// Ours: whether no environment is stepped: what is learned comes from `replay.preload`, or from the
  /// replay of the run that is resumed. A step is then one that is not made: as many updates follow as
  /// `train_ratio` asks for, and all that counts steps counts on.
  public var offline = false
  /// Environments that an evaluation plays together.
  public var evalEnvs = 4
  /// Episodes of an evaluation.
  public var evalEps = 1
  /// Ours: environment steps between evaluations during training; 0 is never.
  public var evalEvery = 0
  /// Environment steps between lines in `metrics.jsonl`; 0 is never. The reference counts seconds,
  /// with which no run could be repeated.
  public var logEvery = 1000
  /// Environment steps between reports, and not seconds; 0 is never.
  public var reportEvery = 10_000
  /// Environment steps between checkpoints, and not seconds; 0 leaves those of the start, the end
  /// and best evaluations.
  public var saveEvery = 5000
  /// Ours: which checkpoints stay.
  public var keep = KeepConfiguration()
  /// Batches of a report.
  public var reportBatches = 1
  /// Ours: what becomes of an update that finds a loss or gradient that is not finite: `stop` ends the
  /// run, `skip` leaves the update out. The batch is written to the run's folder.
  public var onNonfinite = "stop"
  /// Ours: computing threads; 0 for all processors that the affinity and the control groups' quota allow.
  /// Never changes a result.
  public var threads = 0
  /// Ours: the parts that a batch is cut into, each computed by one thread; at most `batch_size`.
  /// Changes results in their last bits, as the order of sums does.
  public var shards = 4

  /// The defaults, with which a run goes on until somebody stops it.
  public init() {}
}

/// `run.keep`: which checkpoints stay.
public struct KeepConfiguration: Codable, Sendable, Equatable {
  /// How many of the newest; at least 1.
  public var last = 1
  /// Whether the one that did best in an evaluation stays.
  public var best = true
  /// Environment steps whose multiples stay; 0 for none.
  public var every = 0

  /// The newest checkpoint and the best.
  public init() {}
}

/// `bench`: the made-up observations and actions that `dreamer bench` computes with.
public struct BenchConfiguration: Codable, Sendable, Equatable {
  /// Rows, columns and channels; empty for no image.
  public var image = [64, 64, 3]
  /// Numbers in a vector observation; 0 for none.
  public var vector = 0
  /// Discrete actions.
  public var actions = 5

  /// A coloured image of 64×64 pixels and five actions.
  public init() {}
}

extension TrainingConfiguration {
  /// Rows of a window of replay: enough for all pieces of a training or a report batch.
  public var windowLength: Int {
    max(consecTrain * batchLength, consecReport * reportLength) + replayContext
  }

  /// What records rows: environments, and the recordings that replay begins with.
  package var streamCount: Int { run.envs + (replay.preload.isEmpty ? 0 : 1) }
}
