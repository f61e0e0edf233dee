extension Replay {
  /// Rows that are still there.
  package var rememberedRowCount: Int { store.all.reduce(0) { $0 + $1.count } }

  /// Hands out all rows that are there, one stream after the other, each in its order. A row that follows
  /// none that is there counts as an episode's first.
  ///
  /// - Parameter row: a row of the same observations and actions; what it has for latents stays.
  /// - Throws: `FileError` where rows cannot be read back; what `body` throws.
  package func forEachRow(over row: ReplayRow, _ body: (ReplayRow) throws -> Void) throws {
    var row = row
    let chunks = store.all
    for stream in streams.indices {
      var previous: Int?
      for chunk in chunks where chunk.stream == stream && chunk.count > 0 {
        var batch = ReplayBatch(layout: layout, sequences: 1, length: chunk.count)
        try store.copy(
          chunk.count, from: StepID(chunk: chunk.number, row: 0), into: &batch, at: 0)
        if previous == nil || chunk.predecessor != previous { batch.isFirst[0] = true }
        previous = chunk.number
        for index in 0..<chunk.count {
          row.take(index, of: batch)
          try body(row)
        }
      }
    }
  }
}

extension ReplayRow {
  /// Takes all but the latents from a row of a batch of one sequence.
  fileprivate mutating func take(_ index: Int, of batch: ReplayBatch) {
    func part<Value>(_ values: [Value]) -> [Value] {
      let width = values.count / batch.length
      return Array(values[index * width..<(index + 1) * width])
    }
    observation.images = batch.images.map(part)
    observation.vectors = batch.vectors.map(part)
    action = part(batch.actions)
    reward = batch.rewards[index]
    isFirst = batch.isFirst[index]
    isLast = batch.isLast[index]
    isTerminal = batch.isTerminal[index]
  }
}
