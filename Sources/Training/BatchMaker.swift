import Agents
import EnvironmentInterface
import Kernels
import LatentModels
import ReplayBuffers
import WorldModels

/// Turns windows of replay into what the learner takes, with the latent state to start from
/// (ALGORITHM section 9, 1).
package struct BatchMaker: Sendable {
  package let actionSpace: ActionSpace
  /// K: rows before the train rows.
  package let context: Int
  let latent: any LatentFamily
  /// The state and action after the last batch: what a later piece of the same windows goes on from.
  var carry: Carry?
  /// The frames of the last batch, whose memory the next one takes.
  private var frames: [ByteStorage] = []

  /// How a batch ended.
  package struct Carry: Codable, Sendable, Equatable {
    /// `[B, D]` and `[B, Z]`.
    var deter: [Float]
    var stoch: [Float]
    /// `[B, actionSize]`.
    var actions: [Float]
  }

  package init(_ agent: Agent, context: Int) {
    actionSpace = agent.actionSpace
    self.context = context
    latent = agent.worldModel.rssm.latent
  }

  /// - Returns: a batch whose frames stay as they are until the next call.
  package mutating func makeBatch(_ replayed: ReplayBatch) -> SequenceBatch {
    if frames.map(\.bytes.count) != replayed.images.map(\.count) {
      frames = replayed.images.map { ByteStorage(count: $0.count) }
    }
    for (storage, image) in zip(frames, replayed.images) { storage.bytes.copy(from: image) }
    let (b, rows) = (replayed.sequences, replayed.length)
    let (deter, stoch) = initialState(replayed)
    return SequenceBatch(
      size: b, length: rows - context, context: context,
      images: frames, vectors: replayed.vectors,
      previousActions: previousActions(replayed), rewards: replayed.rewards,
      isFirst: replayed.isFirst, isLast: replayed.isLast, isTerminal: replayed.isTerminal,
      initialDeter: deter, initialStoch: stoch)
  }

  /// Remembers how a batch ended.
  ///
  /// - Parameter latents: `[B, T, …]`.
  package mutating func remember(_ latents: LatentStates, of replayed: ReplayBatch) {
    let length = replayed.length - context
    func last(_ values: [Float], rows: Int) -> [Float] {
      let width = values.count / (replayed.sequences * rows)
      return (0..<replayed.sequences).flatMap { b -> ArraySlice<Float> in
        let end = (b + 1) * rows * width
        return values[end - width..<end]
      }
    }
    carry = Carry(
      deter: last(latents.deter, rows: length), stoch: last(latents.stoch, rows: length),
      actions: last(replayed.actions, rows: replayed.length))
  }

  /// Takes note that the last batch has no end to go on from: the next piece of its windows begins
  /// as a first one does.
  package mutating func forget() { carry = nil }

  /// The stored latents of the last context row; for a later piece, the carry of the one before, if
  /// that was trained on; zeros where there is neither.
  private func initialState(_ replayed: ReplayBatch) -> (deter: [Float], stoch: [Float]) {
    if replayed.consec > 0, let carry { return (carry.deter, carry.stoch) }
    let layout = replayed.layout
    var deter = [Float](repeating: 0, count: replayed.sequences * layout.deter)
    var stoch = [Float](repeating: 0, count: replayed.sequences * latent.width)
    if context == 0 { return (deter, stoch) }
    for b in 0..<replayed.sequences {
      let row = b * replayed.length + context - 1
      deter.replaceSubrange(
        b * layout.deter..<(b + 1) * layout.deter,
        with: replayed.deter[row * layout.deter..<(row + 1) * layout.deter])
      stoch.replaceSubrange(
        b * latent.width..<(b + 1) * latent.width,
        with: latent.load(
          replayed.stoch[row * layout.stochBytes..<(row + 1) * layout.stochBytes]))
    }
    return (deter, stoch)
  }

  /// The action of the row before each train row. Without context, that before the first is the last
  /// of the piece before.
  private func previousActions(_ replayed: ReplayBatch) -> [Float] {
    let width = actionSpace.storedCount
    return (0..<replayed.sequences).flatMap { b in
      (context..<replayed.length).flatMap { row -> ArraySlice<Float> in
        if row > 0 {
          let start = (b * replayed.length + row - 1) * width
          return replayed.actions[start..<start + width]
        }
        guard replayed.consec > 0, let carry else {
          return Array(repeating: 0, count: width)[...]
        }
        return carry.actions[b * width..<(b + 1) * width]
      }
    }
  }

  /// Samples of latents as replay stores them.
  package func stored(_ stoch: [Float]) -> [UInt8] { latent.store(stoch) }
}
