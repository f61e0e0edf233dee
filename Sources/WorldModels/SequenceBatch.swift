import Autodiff
import EnvironmentInterface
import Kernels

/// What the world model learns from: B stretches of experience.
///
/// Arrays are row-major with `context + length` rows for each sequence; the context rows come first
/// and only their stored latents count (in ``initialDeter`` and ``initialStoch``).
package struct SequenceBatch: Sendable {
  /// B: sequences.
  package var size: Int
  /// T: rows that are trained on.
  package var length: Int
  /// K: rows before those.
  package var context: Int
  /// `[B, K+T, height · width · channels]` for each image space, in the order of the spaces.
  package var images: [ByteStorage]
  /// `[B, K+T, count]` for each other space, in the order of the spaces.
  package var vectors: [[Float]]
  /// `[B, T, A]`: the action that led to each train row; a class number where actions are discrete.
  package var previousActions: [Float]
  /// `[B, K+T]`, as are the flags: the reward received on arriving at a row.
  package var rewards: [Float]
  package var isFirst: [Bool]
  package var isLast: [Bool]
  package var isTerminal: [Bool]
  /// `[B, D]` and `[B, Z]`: the state before the first train row.
  package var initialDeter: [Float]
  package var initialStoch: [Float]

  package init(
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
  package func row(_ b: Int, _ t: Int) -> Int { b * (context + length) + context + t }
}

/// Some sequences of a batch, which one thread works on. Its tensors are time-major: row `t · b + i`
/// is the step `t` of its sequence `i`.
package struct BatchShard: Sendable {
  package let batch: SequenceBatch
  package let sequences: Range<Int>

  package init(_ batch: SequenceBatch, sequences: Range<Int>) {
    self.batch = batch
    self.sequences = sequences
  }

  /// b: sequences of the shard.
  package var size: Int { sequences.count }
  /// T.
  package var length: Int { batch.length }
  /// `T · b`.
  package var rowCount: Int { size * length }

  /// The batch's row for each of the shard's, time first.
  package var rows: [Int] {
    (0..<length).flatMap { t in sequences.map { batch.row($0, t) } }
  }

  /// A flag or reward for each of the shard's rows.
  package func gather<Value>(_ values: [Value]) -> [Value] { rows.map { values[$0] } }

  /// A vector for each of the shard's rows, concatenated.
  func gather(_ values: [Float], width: Int) -> [Float] {
    rows.flatMap { values[$0 * width..<($0 + 1) * width] }
  }
}

/// The state of the recurrent state-space model for some rows.
package struct RSSMState: Sendable {
  /// `[rows, D]`.
  package let deter: Tensor
  /// `[rows, Z]`: a sample of the latents (all zero before an episode).
  package let stoch: Tensor

  package init(deter: Tensor, stoch: Tensor) {
    self.deter = deter
    self.stoch = stoch
  }

  package func rows(_ range: Range<Int>) -> RSSMState {
    RSSMState(deter: deter.rows(range), stoch: stoch.rows(range))
  }

  /// The same state as constants.
  package var stopped: RSSMState { RSSMState(deter: deter.stopped, stoch: stoch.stopped) }
}
