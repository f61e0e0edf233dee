extension Replay {
  /// Stores the next row of an environment.
  /// - Parameters:
  ///   - stream: which environment, from 0.
  ///   - isOnline: whether the row may come to the online queue.
  /// - Throws: `FileError` where older rows cannot be brought to the disk.
  package func append(_ row: ReplayRow, stream: Int, isOnline: Bool = true) throws {
    row.check(layout)
    let chunk = streams[stream].chunk ?? begin(stream)
    try store.append(row, to: chunk)
    if priorities != nil {
      chunk.priorities.append(configuration.prio.weight(Float(configuration.prio.initial)))
      chunk.windows.append(-1)
    }
    chunk.references += 1  // A window will begin at this row.
    if chunk.isFull { streams[stream].chunk = store.makeSuccessor(of: chunk) }
    streams[stream].rowCount += 1
    if streams[stream].rowCount >= windowLength {
      insertWindow(of: stream, isOnline: isOnline && configuration.online)
    }
  }

  private func begin(_ stream: Int) -> Chunk {
    let chunk = store.makeChunk(stream: stream)
    streams[stream].chunk = chunk
    streams[stream].windowStart = StepID(chunk: chunk.number, row: 0)
    return chunk
  }

  /// Adds the window that a stream's newest row completes.
  private func insertWindow(of stream: Int, isOnline: Bool) {
    let start = streams[stream].windowStart
    streams[stream].windowStart = store.row(1, after: start)
    while windows.count >= capacity, let oldest = windows.popFirst() {
      removePriority(ofWindowAt: oldest)
      store.release(oldest.chunk)
    }
    windows.append(start)
    windowsSoFar += 1
    insertPriority(ofWindowAt: start)
    store.memory.indexBytes = indexBytes
    counters.inserts += 1
    // The reference counts a row only after this test, so that the first stretch begins at row 1
    // and the very first window never comes here.
    if isOnline, (streams[stream].rowCount - 1) % windowLength == 0 {
      onlineQueue.append(start)
    }
  }

  /// Bytes of what finds windows and rows.
  private var indexBytes: Int {
    // A block is an object of some 400 bytes, whatever it holds.
    let rows = store.count * store.chunkSize
    let blocks = rows / store.blockLayout.rows * 400
    return windows.places * 8 + blocks + selector.bytes
      + (priorities.map { $0.bytes + rows * 12 } ?? 0)
  }
}
