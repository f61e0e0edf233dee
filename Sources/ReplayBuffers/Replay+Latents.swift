extension Replay {
  /// Writes fresh latents over those of the rows that are still there.
  ///
  /// If an id comes twice the later one holds.
  /// - Parameters:
  ///   - stepIDs: `N` rows.
  ///   - deter: `[N, deter]`.
  ///   - stoch: `[N, latents]`: class numbers.
  public func update(stepIDs: [StepID], deter: [Float], stoch: [UInt16]) {
    update(stepIDs.indices, of: stepIDs, from: 0, deter: deter, stoch: stoch)
  }

  /// Writes fresh latents over those of a batch's rows behind the context.
  /// - Parameters:
  ///   - context: rows at the start of each sequence that keep theirs.
  ///   - deter: `[B, R - context, deter]`.
  ///   - stoch: `[B, R - context, latents]`: class numbers.
  public func update(_ batch: ReplayBatch, context: Int, deter: [Float], stoch: [UInt16]) {
    precondition(0...batch.length ~= context, "\(context) rows of context in \(batch.length)")
    let length = batch.length - context
    precondition(
      deter.count == batch.sequences * length * layout.deter
        && stoch.count == batch.sequences * length * layout.latents,
      "\(deter.count) and \(stoch.count) numbers for \(batch.sequences)×\(length) rows")
    for sequence in 0..<batch.sequences {
      let start = sequence * batch.length + context
      update(
        start..<(start + length), of: batch.stepIDs, from: sequence * length, deter: deter,
        stoch: stoch)
    }
  }

  private func update(
    _ rows: Range<Int>, of stepIDs: [StepID], from source: Int, deter: [Float], stoch: [UInt16]
  ) {
    let end = source + rows.count
    precondition(
      deter.count >= end * layout.deter && stoch.count >= end * layout.latents,
      "\(deter.count) and \(stoch.count) numbers for \(end) rows")
    counters.updates += rows.count
    for (index, id) in zip(source..<end, stepIDs[rows]) {
      store.chunk(id.chunk)?.setLatents(at: id.row, from: index, deter: deter, stoch: stoch)
    }
  }
}
