/// All chunks that something refers to, and the memory of some that nothing refers to any more.
struct ChunkStore {
  let layout: ReplayLayout
  let chunkSize: Int
  /// Chunks whose memory was ever allocated.
  private(set) var allocated = 0

  /// Looked up and never iterated, so that the order of a dictionary decides nothing.
  private var chunks: [Int: Chunk] = [:]
  private var spares: [Chunk] = []
  private var nextNumber = 0

  init(layout: ReplayLayout, chunkSize: Int) {
    self.layout = layout
    self.chunkSize = chunkSize
  }

  /// Chunks that something refers to.
  var count: Int { chunks.count }

  /// Bytes that all chunks can hold, the unused ones included.
  var bytes: Int { (chunks.count + spares.count) * chunkSize * layout.bytesPerRow }

  /// An empty chunk with one reference, its writer's.
  mutating func makeChunk() -> Chunk {
    if spares.isEmpty {
      spares.append(Chunk(layout: layout, capacity: chunkSize))
      allocated += 1
    }
    let chunk = spares.removeLast()
    chunk.reset(number: nextNumber)
    nextNumber += 1
    chunk.references = 1
    chunks[chunk.number] = chunk
    return chunk
  }

  /// An empty chunk that continues a full one. It has the writer's reference, which the full chunk
  /// loses, and one of the full chunk, so that no window loses its end.
  mutating func makeSuccessor(of chunk: Chunk) -> Chunk {
    let next = makeChunk()
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
  mutating func release(_ number: Int) {
    var current: Int? = number
    while let number = current, let chunk = chunks[number] {
      chunk.references -= 1
      if chunk.references > 0 { return }
      chunks[number] = nil
      spares.append(chunk)
      current = chunk.successor
    }
  }

  /// The row that is `distance` rows after another, in its chunk or in those that continue it.
  ///
  /// It may be the one that is stored next.
  func row(_ distance: Int, after start: StepID) -> StepID {
    var (number, row) = (start.chunk, start.row + distance)
    while row >= chunkSize {
      guard let successor = chunks[number]?.successor else {
        preconditionFailure("no row \(distance) after row \(start.row) of chunk \(start.chunk)")
      }
      (number, row) = (successor, row - chunkSize)
    }
    return StepID(chunk: number, row: row)
  }

  /// Copies `count` rows to the rows of a batch that start at `target`.
  func copy(_ count: Int, from start: StepID, into batch: inout ReplayBatch, at target: Int) {
    var copied = 0
    while copied < count {
      let address = row(copied, after: start)
      guard let chunk = chunks[address.chunk], address.row < chunk.count else {
        preconditionFailure("row \(address.row) of chunk \(address.chunk) is not there")
      }
      let rows = address.row..<min(address.row + count - copied, chunk.count)
      chunk.copy(rows, into: &batch, at: target + copied)
      copied += rows.count
    }
  }
}
