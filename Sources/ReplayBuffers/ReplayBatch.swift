/// Sequences of rows for one update, in arrays that are used again for the next.
///
/// `B` sequences of `R` rows each, row-major; `R = K + T` with `K` rows of context.
package struct ReplayBatch: Sendable, Equatable {
  package let layout: ReplayLayout
  /// `B`.
  package let sequences: Int
  /// `R`.
  package let length: Int

  /// For each image `[B, R, bytes]`.
  package var images: [[UInt8]]
  /// For each vector `[B, R, numbers]`.
  package var vectors: [[Float]]
  /// `[B, R, actionSize]`.
  package var actions: [Float]
  /// `[B, R]`.
  package var rewards: [Float]
  /// `[B, R]`; true in the first row of each window, whatever was recorded.
  package var isFirst: [Bool]
  /// `[B, R]`; also true in the last row of an episode that was abandoned.
  package var isLast: [Bool]
  /// `[B, R]`.
  package var isTerminal: [Bool]
  /// `[B, R, deter]`.
  package var deter: [Float]
  /// `[B, R, stochBytes]`.
  package var stoch: [UInt8]
  /// `[B, R]`.
  package var stepIDs: [StepID]
  /// Which piece of its windows this is; 0 begins with replay's latents, later pieces continue the
  /// carry of the one before.
  package var consec = 0

  /// A batch of zeros.
  package init(layout: ReplayLayout, sequences: Int, length: Int) {
    precondition(sequences >= 1 && length >= 1, "a batch of \(sequences)×\(length) rows")
    self.layout = layout
    self.sequences = sequences
    self.length = length
    let rows = sequences * length
    images = layout.imageSizes.map { Array(repeating: 0, count: rows * $0) }
    vectors = layout.vectorSizes.map { Array(repeating: 0, count: rows * $0) }
    actions = Array(repeating: 0, count: rows * layout.actionSize)
    rewards = Array(repeating: 0, count: rows)
    isFirst = Array(repeating: false, count: rows)
    isLast = isFirst
    isTerminal = isFirst
    deter = Array(repeating: 0, count: rows * layout.deter)
    stoch = Array(repeating: 0, count: rows * layout.stochBytes)
    stepIDs = Array(repeating: StepID(chunk: 0, row: 0), count: rows)
  }
}
