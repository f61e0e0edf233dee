import Agents
import Gridworld
import Pendulum
import ReplayBuffers

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
  public var consecReport = 1
  /// Rows before the train rows, for the latent state to start from.
  public var replayContext = 1
  public var run = RunConfiguration()
  public var replay = ReplayConfiguration()
  public var env = EnvironmentConfigurations()
  public var agent = AgentConfiguration()
  public var bench = BenchConfiguration()

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
  /// Environment steps between lines in `metrics.jsonl`, between reports, between checkpoints; 0 is
  /// never. The reference counts seconds, with which no run could be repeated.
  public var logEvery = 1000
  public var reportEvery = 10_000
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

  public init() {}
}

/// `env`: the choices that environments leave, by family.
public struct EnvironmentConfigurations: Codable, Sendable, Equatable {
  public var gridworld = GridworldConfiguration()
  public var pendulum = PendulumConfiguration()
  public var wrap = WrapConfiguration()

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

  public init() {}
}
