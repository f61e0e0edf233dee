import EnvironmentInterface
import Kernels
import Autodiff

/// What the world model learns from: B stretches of experience.
///
/// Arrays are row-major with `context + length` rows for each sequence; the context rows come first
/// and only their stored latents count (in ``initialDeter`` and ``initialStoch``).
public struct SequenceBatch: Sendable {
  /// B: sequences.
  public var size: Int
  /// T: rows that are trained on.
  public var length: Int
  /// K: rows before those.
  public var context: Int
  /// `[B, K+T, height · width · channels]` for each image space, in the order of the spaces.
  public var images: [ByteStorage]
  /// `[B, K+T, count]` for each other space, in the order of the spaces.
  public var vectors: [[Float]]
  /// `[B, T, A]`: the action that led to each train row; a class number where actions are discrete.
  public var previousActions: [Float]
  /// `[B, K+T]`, as are the flags: the reward received on arriving at a row.
  public var rewards: [Float]
  public var isFirst: [Bool]
  public var isLast: [Bool]
  public var isTerminal: [Bool]
  /// `[B, D]` and `[B, Z]`: the state before the first train row.
  public var initialDeter: [Float]
  public var initialStoch: [Float]

  public init(
    size: Int, length: Int, context: Int, images: [ByteStorage], vectors: [[Float]],
    previousActions: [Float], rewards: [Float], isFirst: [Bool], isLast: [Bool],
    isTerminal: [Bool], initialDeter: [Float], initialStoch: [Float]
  ) {
    self.size = size
    self.length = length
    self.context = context
    self.images = images
    self.vectors = vectors
    self.previousActions = previousActions
    self.rewards = rewards
    self.isFirst = isFirst
    self.isLast = isLast
    self.isTerminal = isTerminal
    self.initialDeter = initialDeter
    self.initialStoch = initialStoch
  }

  /// The row of sequence `b` at train step `t` in the arrays that have context rows.
  public func row(_ b: Int, _ t: Int) -> Int { b * (context + length) + context + t }
}

/// Some sequences of a batch, which one thread works on. Its tensors are time-major: row `t · b + i`
/// is the step `t` of its sequence `i`.
public struct BatchShard: Sendable {
  public let batch: SequenceBatch
  public let sequences: Range<Int>

  public init(_ batch: SequenceBatch, sequences: Range<Int>) {
    self.batch = batch
    self.sequences = sequences
  }

  /// b: sequences of the shard.
  public var size: Int { sequences.count }
  /// T.
  public var length: Int { batch.length }
  /// `T · b`.
  public var rowCount: Int { size * length }

  /// The batch's row for each of the shard's, time first.
  public var rows: [Int] {
    (0..<length).flatMap { t in sequences.map { batch.row($0, t) } }
  }

  /// A flag or reward for each of the shard's rows.
  public func gather<Value>(_ values: [Value]) -> [Value] { rows.map { values[$0] } }

  /// A vector for each of the shard's rows, concatenated.
  func gather(_ values: [Float], width: Int) -> [Float] {
    rows.flatMap { values[$0 * width..<($0 + 1) * width] }
  }
}

/// The state of the recurrent state-space model for some rows.
public struct RSSMState: Sendable {
  /// `[rows, D]`.
  public let deter: Tensor
  /// `[rows, Z]`: a sample of the latents (all zero before an episode).
  public let stoch: Tensor

  public init(deter: Tensor, stoch: Tensor) {
    self.deter = deter
    self.stoch = stoch
  }

  public func rows(_ range: Range<Int>) -> RSSMState {
    RSSMState(deter: deter.rows(range), stoch: stoch.rows(range))
  }

  /// The same state as constants.
  public var stopped: RSSMState { RSSMState(deter: deter.stopped, stoch: stoch.stopped) }
}
