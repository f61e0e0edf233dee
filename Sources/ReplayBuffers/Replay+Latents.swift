extension Replay {
  /// Writes fresh latents over those of the rows that are still there.
  ///
  /// If an id comes twice the later one holds.
  /// - Parameters:
  ///   - stepIDs: `N` rows.
  ///   - deter: `[N, deter]`; kept in half precision.
  ///   - stoch: `[N, stochBytes]`.
  /// - Throws: `FileError` where they cannot be brought to the disk.
  package func update(stepIDs: [StepID], deter: [Float], stoch: [UInt8]) throws {
    try update(stepIDs.indices, of: stepIDs, from: 0, deter: deter, stoch: stoch)
  }

  /// Writes fresh latents over those of a batch's rows behind the context.
  /// - Parameters:
  ///   - context: rows at the start of each sequence that keep theirs.
  ///   - deter: `[B, R - context, deter]`; kept in half precision.
  ///   - stoch: `[B, R - context, stochBytes]`.
  /// - Throws: `FileError` where they cannot be brought to the disk.
  package func update(
    _ batch: ReplayBatch, context: Int, deter: [Float], stoch: [UInt8]
  ) throws {
    precondition(0...batch.length ~= context, "\(context) rows of context in \(batch.length)")
    let length = batch.length - context
    precondition(
      deter.count == batch.sequences * length * layout.deter
        && stoch.count == batch.sequences * length * layout.stochBytes,
      "\(deter.count) and \(stoch.count) numbers for \(batch.sequences)×\(length) rows")
    for sequence in 0..<batch.sequences {
      let start = sequence * batch.length + context
      try update(
        start..<(start + length), of: batch.stepIDs, from: sequence * length, deter: deter,
        stoch: stoch)
    }
  }

  private func update(
    _ rows: Range<Int>, of stepIDs: [StepID], from source: Int, deter: [Float], stoch: [UInt8]
  ) throws {
    let end = source + rows.count
    precondition(
      deter.count >= end * layout.deter && stoch.count >= end * layout.stochBytes,
      "\(deter.count) and \(stoch.count) numbers for \(end) rows")
    counters.updates += rows.count
    var next = rows.lowerBound
    while next < rows.upperBound {
      let first = next
      repeat { next += 1 } while next < rows.upperBound && follows(stepIDs[next - 1], stepIDs[next])
      let part = (source + first - rows.lowerBound)..<(source + next - rows.lowerBound)
      try store.setLatents(part, deter: deter, stoch: stoch, at: stepIDs[first])
    }
  }

  /// Whether a row follows another in the same block.
  private func follows(_ row: StepID, _ next: StepID) -> Bool {
    next.chunk == row.chunk && next.row == row.row + 1
      && next.row % store.blockLayout.rows != 0
  }
}
