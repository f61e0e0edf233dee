/// Batches that follow each other through the same windows.
///
/// Of windows of `consec · T + K` rows it hands out `consec` pieces of `T + K` rows, each `T` rows
/// further, and then draws new windows. With `consec` 1 every batch has new windows.
package final class ReplayStream {
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
  package init(
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
  ///
  /// - Throws: `FileError` where rows cannot be read back.
  package func next(into batch: inout ReplayBatch) throws {
    if piece == 0 { drawWindows(batch.sequences) }
    precondition(batch.sequences == windows.count, "\(batch.sequences) sequences in mid-window")
    for (sequence, window) in windows.enumerated() {
      try replay.copy(window, offset: piece * trainLength, into: &batch, sequence: sequence)
    }
    batch.consec = piece
    piece = (piece + 1) % consec
    if piece == 0 { unpinWindows() }
  }

  /// The windows that pieces are being handed out of, and the number of the next.
  package struct State: Codable, Sendable, Equatable {
    var windows: [StepID]
    var piece: Int

    /// `B`.
    package var sequences: Int { windows.count }
  }

  /// Where the stream stands; nil between windows.
  package var state: State? { piece == 0 ? nil : State(windows: windows, piece: piece) }

  /// Goes on in the midst of windows. Replay has to know the chunks.
  ///
  /// - Returns: false, and nothing changed, where they do not fit.
  package func restore(_ state: State) -> Bool {
    guard 1..<consec ~= state.piece, replay.holds(state.windows) else { return false }
    unpinWindows()
    (windows, piece) = (state.windows, state.piece)
    for window in windows { replay.pin(window) }
    return true
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
