/// All chunks that something refers to.
final class ChunkStore {
  let blockLayout: BlockLayout
  let chunkSize: Int
  let memory: BlockMemory
  /// Looked up and never iterated out of order, so that the order of a dictionary decides nothing.
  private var chunks: [Int: Chunk] = [:]
  private(set) var nextNumber = 0

  private var disk: ReplayDisk? { memory.disk }

  init(_ blockLayout: BlockLayout, chunkSize: Int, memory: BlockMemory) {
    self.blockLayout = blockLayout
    self.chunkSize = chunkSize
    self.memory = memory
  }

  /// Chunks that something refers to.
  var count: Int { chunks.count }

  /// All chunks, in the order of their numbers.
  var all: [Chunk] { chunks.values.sorted { $0.number < $1.number } }

  /// Takes chunks of a checkpoint.
  func restore(_ restored: [Chunk], nextNumber: Int) {
    for chunk in restored { chunks[chunk.number] = chunk }
    self.nextNumber = nextNumber
  }

  // MARK: references

  /// An empty chunk with one reference, its writer's.
  func makeChunk(stream: Int, after predecessor: Chunk? = nil) -> Chunk {
    let chunk = Chunk(
      number: nextNumber, stream: stream, capacity: chunkSize, predecessor: predecessor?.number)
    nextNumber += 1
    chunk.references = 1
    chunks[chunk.number] = chunk
    return chunk
  }

  /// An empty chunk that continues a full one. It has the writer's reference, which the full chunk
  /// loses, and one of the full chunk, so that no window loses its end.
  func makeSuccessor(of chunk: Chunk) -> Chunk {
    let next = makeChunk(stream: chunk.stream, after: chunk)
    next.references += 1
    chunk.successor = next.number
    release(chunk.number)
    return next
  }

  /// The chunk of a number, or nil where it is gone.
  func chunk(_ number: Int) -> Chunk? { chunks[number] }

  func retain(_ number: Int) {
    guard let chunk = chunks[number] else {
      preconditionFailure("a reference to chunk \(number), which is gone")
    }
    chunk.references += 1
  }

  /// Takes one reference back. A chunk without any is freed, and releases its successor.
  func release(_ number: Int) {
    chunks[number]?.references -= 1
    sweep(number)
  }

  /// Frees a chunk that nothing refers to, and what then nothing refers to.
  func sweep(_ number: Int) {
    var current: Int? = number
    while let number = current, let chunk = chunks[number], chunk.references <= 0 {
      chunks[number] = nil
      for block in chunk.blocks { memory.free(block) }
      if chunk.isFull { disk?.remove(number) }
      current = chunk.successor
      if let current { chunks[current]?.references -= 1 }
    }
  }

  // MARK: rows

  /// Adds a row to a chunk with room.
  func append(_ row: ReplayRow, to chunk: Chunk) throws {
    precondition(!chunk.isFull, "a row beyond the \(chunkSize) of a chunk")
    let index = chunk.count % blockLayout.rows
    if index == 0 { chunk.blocks.append(memory.makeBlock()) }
    let block = chunk.blocks[chunk.blocks.count - 1]
    guard let record = block.record, let latents = block.latents else {
      preconditionFailure("a block with room is not in memory")
    }
    blockLayout.store(row, at: index, in: record.bytes)
    blockLayout.store(
      0..<1, deter: row.deter, stoch: row.stoch, at: index, in: latents.bytes)
    block.isDirty = true
    chunk.count += 1
    if index + 1 == blockLayout.rows || chunk.isFull { try memory.finish(block) }
    if chunk.isFull {
      disk?.write(chunk.number, rows: chunk.count, chunk.blocks.map(\.packed))
    }
  }

  /// The row that is `distance` rows after another, in its chunk or in those that continue it.
  ///
  /// It may be the one that is stored next.
  func row(_ distance: Int, after start: StepID) -> StepID {
    guard let row = existingRow(distance, after: start) else {
      preconditionFailure("no row \(distance) after row \(start.row) of chunk \(start.chunk)")
    }
    return row
  }

  /// The same; nil where a chunk on the way is not there.
  func existingRow(_ distance: Int, after start: StepID) -> StepID? {
    var (number, row) = (start.chunk, start.row + distance)
    while row >= chunkSize {
      guard let successor = chunks[number]?.successor else { return nil }
      (number, row) = (successor, row - chunkSize)
    }
    return StepID(chunk: number, row: row)
  }

  /// The row that is `distance` rows before another; nil where it is gone.
  func row(_ distance: Int, before end: StepID) -> StepID? {
    var (number, row) = (end.chunk, end.row - distance)
    while row < 0 {
      guard let predecessor = chunks[number]?.predecessor else { return nil }
      (number, row) = (predecessor, row + chunkSize)
    }
    return chunks[number] == nil ? nil : StepID(chunk: number, row: row)
  }

  /// Copies `count` rows to the rows of a batch that start at `target`.
  ///
  /// - Throws: `FileError` where they cannot be read back.
  func copy(_ count: Int, from start: StepID, into batch: inout ReplayBatch, at target: Int) throws
  {
    var copied = 0
    while copied < count {
      let address = row(copied, after: start)
      guard let chunk = chunks[address.chunk], address.row < chunk.count else {
        preconditionFailure("row \(address.row) of chunk \(address.chunk) is not there")
      }
      let (number, first) = address.row.quotientAndRemainder(dividingBy: blockLayout.rows)
      let end = min(
        first + count - copied, blockLayout.rows, chunk.count - number * blockLayout.rows)
      let contents = try memory.contents(of: chunk.blocks[number])
      blockLayout.load(
        first..<end, of: contents.record, into: &batch, at: target + copied)
      blockLayout.loadLatents(
        first..<end, of: contents.latents, into: &batch, at: target + copied)
      for row in 0..<(end - first) {
        batch.stepIDs[target + copied + row] = StepID(chunk: chunk.number, row: address.row + row)
      }
      copied += end - first
    }
  }

  /// Whether an episode begins in a row; false where it is not there.
  func isFirst(_ address: StepID) throws -> Bool {
    guard let chunk = chunks[address.chunk], address.row < chunk.count else { return false }
    let (number, row) = address.row.quotientAndRemainder(dividingBy: blockLayout.rows)
    return blockLayout.isFirst(row, of: try memory.contents(of: chunk.blocks[number]).record)
  }

  /// Writes latents over those of consecutive rows of one block, if they are still there.
  ///
  /// - Parameter source: the rows in `deter` and `stoch`.
  func setLatents(
    _ source: Range<Int>, deter: [Float], stoch: [UInt8], at address: StepID
  ) throws {
    guard let chunk = chunks[address.chunk] else { return }
    let (number, row) = address.row.quotientAndRemainder(dividingBy: blockLayout.rows)
    precondition(
      address.row + source.count <= chunk.count && row + source.count <= blockLayout.rows,
      "latents for row \(address.row) of \(chunk.count)")
    try memory.changeLatents(of: chunk.blocks[number]) {
      blockLayout.store(source, deter: deter, stoch: stoch, at: row, in: $0)
    }
  }
}
