import Randomness

// Prioritised sampling, as the reference's selector does it (danijar/dreamerv3,
// embodied/core/selectors.py, Prioritized): rows have priorities, and a window counts
// `maxfrac · max + (1 - maxfrac) · mean` of its rows' priorities to the power of `exponent`. Where all
// count nothing, the draw is uniform.

extension Replay {
  /// Sets priorities of a batch's rows behind the context; does nothing where nothing is prioritised.
  ///
  /// - Parameters:
  ///   - context: rows at the start of each sequence that keep theirs.
  ///   - priorities: `[B, R - context]`: what training finds of interest in each row, its loss for
  ///     one.
  package func prioritize(_ batch: ReplayBatch, context: Int, _ priorities: [Float]) {
    guard self.priorities != nil else { return }
    let length = batch.length - context
    precondition(
      priorities.count == batch.sequences * length,
      "\(priorities.count) priorities for \(batch.sequences)×\(length) rows")
    for sequence in 0..<batch.sequences {
      let start = sequence * batch.length + context
      prioritize(
        Array(batch.stepIDs[start..<(start + length)]),
        priorities[(sequence * length)..<((sequence + 1) * length)].map(configuration.prio.weight))
    }
  }

  /// Puts back what a batch's rows counted before they were drawn, where training made nothing of
  /// them.
  ///
  /// Rows that were never trained on count 1 from now on. If they counted infinitely again, one of
  /// them that spoils its batch would be in every batch.
  package func restorePriorities(of batch: ReplayBatch) {
    guard priorities != nil else { return }
    for start in stride(from: 0, to: batch.stepIDs.count, by: batch.length) {
      let rows = Array(batch.stepIDs[start..<(start + batch.length)])
      prioritize(rows) { $0.isInfinite ? 1 : abs($0) }
    }
  }

  /// Draws a window, whose rows then count nothing where that is asked for.
  func drawByPriority(for purpose: Purpose, using generator: inout Generator) -> StepID {
    guard let leaf = priorities?.draw(generator.uniform()),
      let number = priorities?.window(ofLeaf: leaf, before: windowsSoFar),
      windowsSoFar - number <= windows.count
    else { return windows[generator.integer(below: windows.count)] }
    let start = windows[windows.count - (windowsSoFar - number)]
    // A report changes nothing.
    if configuration.prio.zeroOnSample, purpose == .train {
      prioritize((0..<windowLength).map { store.row($0, after: start) }) { -abs($0) }
    }
    return start
  }

  /// Sets what consecutive rows count, and what all windows count that hold one of them.
  private func prioritize(_ rows: [StepID], _ weights: [Float]) {
    for (row, weight) in zip(rows, weights) {
      guard let chunk = store.chunk(row.chunk) else { continue }
      chunk.priorities[row.row] = weight
    }
    weighWindows(of: rows)
  }

  /// Changes what consecutive rows count, and what all windows count that hold one of them.
  private func prioritize(_ rows: [StepID], _ change: (Float) -> Float) {
    for row in rows {
      guard let chunk = store.chunk(row.chunk) else { continue }
      chunk.priorities[row.row] = change(chunk.priorities[row.row])
    }
    weighWindows(of: rows)
  }

  private func weighWindows(of rows: [StepID]) {
    guard let first = rows.first else { return }
    var start =
      (0..<windowLength).reversed().lazy.compactMap { self.store.row($0, before: first) }.first
    let end = rows[rows.count - 1]
    while let row = start, let chunk = store.chunk(row.chunk), row.row < chunk.count {
      if chunk.windows[row.row] >= 0 { weigh(row, chunk.windows[row.row]) }
      start = row == end ? nil : store.existingRow(1, after: row)
    }
  }

  /// Computes what a window counts from its rows.
  private func weigh(_ start: StepID, _ window: Int) {
    var (sum, largest) = (0 as Float, 0 as Float)
    var (number, row) = (start.chunk, start.row)
    var rest = windowLength
    while rest > 0, let chunk = store.chunk(number) {
      let count = min(rest, store.chunkSize - row)
      for index in row..<(row + count) {
        let counted = max(chunk.priorities[index], 0)
        sum += counted
        largest = max(largest, counted)
      }
      rest -= count
      (number, row) = (chunk.successor ?? -1, 0)
    }
    let share = Float(configuration.prio.maxfrac)
    let mean = sum / Float(windowLength)
    // A share of nothing of something infinite is nothing.
    let weight = (share > 0 ? share * largest : 0) + (share < 1 ? (1 - share) * mean : 0)
    priorities?.set(window, weight, among: windows.count)
  }

  func insertPriority(ofWindowAt start: StepID) {
    guard priorities != nil else { return }
    store.chunk(start.chunk)?.windows[start.row] = windowsSoFar - 1
    weigh(start, windowsSoFar - 1)
  }

  func removePriority(ofWindowAt start: StepID) {
    guard priorities != nil, let chunk = store.chunk(start.chunk) else { return }
    priorities?.set(chunk.windows[start.row], 0, among: windows.count)
    chunk.windows[start.row] = -1
  }
}
