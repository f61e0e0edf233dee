import Randomness

extension Replay {
  /// Fills a batch with the first rows of as many windows as it has sequences.
  ///
  /// There must be a window. A batch may be shorter than the windows, as a report's is.
  ///
  /// - Throws: `FileError` where rows cannot be read back.
  package func sample(for purpose: Purpose, into batch: inout ReplayBatch) throws {
    for sequence in 0..<batch.sequences {
      try copy(drawWindow(for: purpose), offset: 0, into: &batch, sequence: sequence)
    }
    batch.consec = 0
  }

  /// Where the next sampled window begins.
  func drawWindow(for purpose: Purpose) -> StepID {
    defer { drawCounts[purpose.rawValue] += 1 }
    if purpose == .train {
      counters.samples += 1
      // What the queue holds may have been evicted meanwhile.
      while let start = onlineQueue.popFirst() {
        if store.chunk(start.chunk) != nil { return start }
      }
    }
    precondition(windows.count > 0, "a sample from a replay buffer without windows")
    let key = keys[purpose.rawValue].fold(drawCounts[purpose.rawValue])
    var generator = Generator(key: key)
    switch selector.choose(using: &generator) {
    case .uniform: return windows[generator.integer(below: windows.count)]
    case .recency: return windows[selector.recent(among: windows.count, using: &generator)]
    case .priority: return drawByPriority(for: purpose, using: &generator)
    }
  }

  /// Copies a window's rows from `offset` on into a sequence of a batch and annotates them.
  func copy(
    _ window: StepID, offset: Int, into batch: inout ReplayBatch, sequence: Int
  ) throws {
    precondition(batch.layout == layout, "a batch of \(batch.layout) for \(layout)")
    precondition(
      offset >= 0 && offset + batch.length <= windowLength,
      "rows \(offset)..<\(offset + batch.length) of a window of \(windowLength)")
    let rows = (sequence * batch.length)..<((sequence + 1) * batch.length)
    let start = store.row(offset, after: window)
    try store.copy(batch.length, from: start, into: &batch, at: rows.lowerBound)
    // An episode ends where the next begins, even if it was abandoned.
    for row in rows.dropLast() where batch.isFirst[row + 1] { batch.isLast[row] = true }
    if offset + batch.length < windowLength {
      let next = store.row(batch.length, after: start)
      if try store.isFirst(next) { batch.isLast[rows.upperBound - 1] = true }
    }
    if offset == 0 { batch.isFirst[rows.lowerBound] = true }
  }

  /// Keeps a window's rows until `unpin`, even if it is evicted.
  func pin(_ window: StepID) { store.retain(window.chunk) }

  func unpin(_ window: StepID) { store.release(window.chunk) }
}
