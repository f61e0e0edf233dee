import Agents
import ReplayBuffers
import TrainedAgents
import WorldModels

/// Batches of windows from replay, in memory that is used again.
struct BatchSource {
  private let stream: ReplayStream
  private var replayed: ReplayBatch
  private var maker: BatchMaker
  /// Rows before the train rows of each sequence.
  let context: Int

  /// - Parameters:
  ///   - length: rows of a sequence that are worked on.
  ///   - consec: pieces of a window that follow each other.
  init(
    _ configuration: TrainingConfiguration, replay: Replay, agent: Agent,
    for purpose: Replay.Purpose,
    length: Int, consec: Int
  ) {
    context = configuration.replayContext
    stream = ReplayStream(
      from: replay, for: purpose, trainLength: length, consec: consec, context: context)
    replayed = ReplayBatch(
      layout: replay.layout, sequences: configuration.batchSize, length: length + context)
    maker = BatchMaker(agent, context: context)
  }

  /// Sequences of a batch, and the rows of each that are worked on.
  var size: (sequences: Int, length: Int) { (replayed.sequences, replayed.length - context) }

  /// - Returns: a batch whose frames stay as they are until the next call.
  /// - Throws: `FileError` where replay cannot read rows back.
  mutating func next() throws -> SequenceBatch {
    try stream.next(into: &replayed)
    return maker.makeBatch(replayed)
  }

  /// Remembers the fresh latents of the last batch and writes them back into replay.
  ///
  /// - Parameter priorities: `[B, T]`: what is of interest in each row; nil for no matter.
  /// - Throws: `FileError` where replay cannot bring them to the disk.
  mutating func update(
    _ replay: Replay, with latents: LatentStates, priorities: [Float]?
  ) throws {
    maker.remember(latents, of: replayed)
    if let priorities { replay.prioritize(replayed, context: context, priorities) }
    try replay.update(
      replayed, context: context, deter: latents.deter, stoch: maker.stored(latents.stoch))
  }

  /// Takes note that the last batch was not trained on: what was begun with it is undone.
  mutating func leaveOut(_ replay: Replay) {
    maker.forget()
    replay.restorePriorities(of: replayed)
  }

  /// Where a source stands in the midst of windows.
  struct State: Codable, Equatable {
    var stream: ReplayStream.State
    var carry: BatchMaker.Carry?
  }

  /// Where the source stands; nil between windows.
  var state: State? { stream.state.map { State(stream: $0, carry: maker.carry) } }

  /// Goes on in the midst of windows, if they are there and this source has pieces of such.
  mutating func restore(_ state: State?) {
    guard let state, state.stream.sequences == replayed.sequences, stream.restore(state.stream)
    else { return }
    maker.carry = state.carry
  }
}
