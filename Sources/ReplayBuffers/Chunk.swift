/// Consecutive rows of one environment, in one array of each kind.
///
/// Memory for all rows is reserved at once and kept when the chunk is used again.
final class Chunk {
  /// Rows that fit.
  let capacity: Int
  /// The number by which step ids name the chunk.
  private(set) var number = 0
  /// The number of the chunk that continues this one, once this one is full.
  var successor: Int?
  /// How many need the chunk: windows that begin here or will, its writer, its predecessor, pins.
  var references = 0
  /// Rows that are there.
  private(set) var count = 0

  private var images: [[UInt8]]
  private var vectors: [[Float]]
  private var actions: [Float] = []
  private var rewards: [Float] = []
  private var isFirst: [Bool] = []
  private var isLast: [Bool] = []
  private var isTerminal: [Bool] = []
  private var deter: [Float] = []
  private var stoch: [UInt16] = []
  private let layout: ReplayLayout

  init(layout: ReplayLayout, capacity: Int) {
    self.layout = layout
    self.capacity = capacity
    images = layout.imageSizes.map { Array(capacity: capacity * $0) }
    vectors = layout.vectorSizes.map { Array(capacity: capacity * $0) }
    actions.reserveCapacity(capacity * layout.actionSize)
    rewards.reserveCapacity(capacity)
    isFirst.reserveCapacity(capacity)
    isLast.reserveCapacity(capacity)
    isTerminal.reserveCapacity(capacity)
    deter.reserveCapacity(capacity * layout.deter)
    stoch.reserveCapacity(capacity * layout.latents)
  }

  /// Forgets all rows and takes another number.
  func reset(number: Int) {
    self.number = number
    (successor, references, count) = (nil, 0, 0)
    for index in images.indices { images[index].removeAll(keepingCapacity: true) }
    for index in vectors.indices { vectors[index].removeAll(keepingCapacity: true) }
    actions.removeAll(keepingCapacity: true)
    rewards.removeAll(keepingCapacity: true)
    isFirst.removeAll(keepingCapacity: true)
    isLast.removeAll(keepingCapacity: true)
    isTerminal.removeAll(keepingCapacity: true)
    deter.removeAll(keepingCapacity: true)
    stoch.removeAll(keepingCapacity: true)
  }

  func append(_ row: ReplayRow) {
    precondition(count < capacity, "a row beyond the \(capacity) of a chunk")
    for index in images.indices {
      images[index].append(contentsOf: row.observation.images[index])
    }
    for index in vectors.indices {
      vectors[index].append(contentsOf: row.observation.vectors[index])
    }
    if row.isLast {
      actions.append(contentsOf: repeatElement(0, count: layout.actionSize))
    } else {
      actions.append(contentsOf: row.action)
    }
    rewards.append(row.reward)
    isFirst.append(row.isFirst)
    isLast.append(row.isLast)
    isTerminal.append(row.isTerminal)
    deter.append(contentsOf: row.deter)
    stoch.append(contentsOf: row.stoch)
    count += 1
  }

  /// Copies rows to the rows of a batch that start at `target`, counted over all sequences.
  func copy(_ rows: Range<Int>, into batch: inout ReplayBatch, at target: Int) {
    for (index, size) in layout.imageSizes.enumerated() {
      batch.images[index].replace(target, with: rows, of: images[index], columns: size)
    }
    for (index, size) in layout.vectorSizes.enumerated() {
      batch.vectors[index].replace(target, with: rows, of: vectors[index], columns: size)
    }
    batch.actions.replace(target, with: rows, of: actions, columns: layout.actionSize)
    batch.rewards.replace(target, with: rows, of: rewards)
    batch.isFirst.replace(target, with: rows, of: isFirst)
    batch.isLast.replace(target, with: rows, of: isLast)
    batch.isTerminal.replace(target, with: rows, of: isTerminal)
    batch.deter.replace(target, with: rows, of: deter, columns: layout.deter)
    batch.stoch.replace(target, with: rows, of: stoch, columns: layout.latents)
    for row in rows {
      batch.stepIDs[target + row - rows.lowerBound] = StepID(chunk: number, row: row)
    }
  }

  func isFirst(at row: Int) -> Bool { isFirst[row] }

  /// Overwrites a row's latents with the row `source` of others.
  func setLatents(at row: Int, from source: Int, deter: [Float], stoch: [UInt16]) {
    precondition(row < count, "latents for row \(row) of \(count)")
    let rows = source..<(source + 1)
    self.deter.replace(row, with: rows, of: deter, columns: layout.deter)
    self.stoch.replace(row, with: rows, of: stoch, columns: layout.latents)
  }
}

extension Array {
  fileprivate init(capacity: Int) {
    self = []
    reserveCapacity(capacity)
  }

  /// Overwrites the rows of a matrix from `target` on with `rows` of another.
  fileprivate mutating func replace(
    _ target: Int, with rows: Range<Int>, of source: [Element], columns: Int = 1
  ) {
    // With equal counts, the standard library's replacement copies memory and moves nothing.
    replaceSubrange(
      (target * columns)..<((target + rows.count) * columns),
      with: source[(rows.lowerBound * columns)..<(rows.upperBound * columns)])
  }
}
