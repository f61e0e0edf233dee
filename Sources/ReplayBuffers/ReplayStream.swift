/// Batches that follow each other through the same windows.
///
/// Of windows of `consec · T + K` rows it hands out `consec` pieces of `T + K` rows, each `T` rows
/// further, and then draws new windows. With `consec` 1 every batch has new windows.
public final class ReplayStream {
  private let replay: Replay
  private let purpose: Replay.Purpose
  /// `T`.
  private let trainLength: Int
  private let consec: Int
  private var windows: [StepID] = []
  private var piece = 0

  /// - Parameters:
  ///   - trainLength: rows of a piece beside its context.
  ///   - consec: pieces of a window.
  ///   - context: rows at the start of a piece that belong to the one before.
  public init(
    from replay: Replay, for purpose: Replay.Purpose, trainLength: Int, consec: Int = 1,
    context: Int
  ) {
    precondition(
      trainLength >= 1 && consec >= 1 && context >= 0
        && consec * trainLength + context <= replay.windowLength,
      "\(consec) pieces of \(trainLength) rows and \(context) of context do not fit into windows "
        + "of \(replay.windowLength) rows")
    self.replay = replay
    self.purpose = purpose
    self.trainLength = trainLength
    self.consec = consec
  }

  deinit { unpinWindows() }

  /// Fills a batch of `T + K` rows with the next piece.
  public func next(into batch: inout ReplayBatch) {
    if piece == 0 { drawWindows(batch.sequences) }
    precondition(batch.sequences == windows.count, "\(batch.sequences) sequences in mid-window")
    for (sequence, window) in windows.enumerated() {
      replay.copy(window, offset: piece * trainLength, into: &batch, sequence: sequence)
    }
    batch.consec = piece
    piece = (piece + 1) % consec
    if piece == 0 { unpinWindows() }
  }

  private func drawWindows(_ count: Int) {
    for _ in 0..<count {
      let window = replay.drawWindow(for: purpose)
      replay.pin(window)
      windows.append(window)
    }
  }

  private func unpinWindows() {
    for window in windows { replay.unpin(window) }
    windows.removeAll(keepingCapacity: true)
  }
}
