import Kernels

/// Where the numbers of some consecutive rows stand in a piece of memory: what is packed, written and
/// unpacked together.
///
/// A block has one piece with what was recorded and one with the latents, which are written again and
/// again. In each, all rows' numbers of a kind stand together, floats first:
/// ```
/// record   vectors, actions, rewards, images, flags
/// latents  deter in half precision, stoch in bytes
/// ```
struct BlockLayout: Equatable, Sendable {
  let layout: ReplayLayout
  /// Rows of a block.
  let rows: Int
  /// Bytes of a block's record.
  let recordBytes: Int
  /// Bytes of a block's latents.
  let latentBytes: Int
  private let vectors: [Section]
  private let actions: Section
  private let rewards: Section
  private let images: [Section]
  private let flags: Section
  private let deter: Section
  private let stoch: Section

  /// Rows of the largest blocks: a window of 65 rows then unpacks little more than itself.
  static let mostRows = 32

  init(_ layout: ReplayLayout, chunkSize: Int) {
    self.layout = layout
    rows = min(chunkSize, Self.mostRows)
    var record = Plan(rows: rows)
    vectors = layout.vectorSizes.map { record.add($0, bytes: 4) }
    actions = record.add(layout.actionSize, bytes: 4)
    rewards = record.add(1, bytes: 4)
    images = layout.imageSizes.map { record.add($0, bytes: 1) }
    flags = record.add(1, bytes: 1)
    recordBytes = record.end
    var latents = Plan(rows: rows)
    deter = latents.add(layout.deter, bytes: 2)
    stoch = latents.add(layout.stochBytes, bytes: 1)
    latentBytes = latents.end
  }

  /// The numbers of one kind.
  private struct Section: Equatable {
    let offset: Int
    /// Numbers of a row.
    let columns: Int
    /// Bytes of a number.
    let size: Int

    func part(_ rows: Range<Int>, of bytes: Bytes) -> Bytes {
      bytes.slice(offset + rows.lowerBound * columns * size, count: rows.count * columns * size)
    }

    func part(_ row: Int, of bytes: Bytes) -> Bytes { part(row..<(row + 1), of: bytes) }

    /// The elements that rows have in an array of rows.
    func elements(_ rows: Range<Int>) -> Range<Int> {
      (rows.lowerBound * columns)..<(rows.upperBound * columns)
    }
  }

  private struct Plan {
    let rows: Int
    private(set) var end = 0

    init(rows: Int) { self.rows = rows }

    mutating func add(_ columns: Int, bytes: Int) -> Section {
      defer { end += rows * columns * bytes }
      return Section(offset: end, columns: columns, size: bytes)
    }
  }

  private enum Flag {
    static let isFirst: UInt8 = 1
    static let isLast: UInt8 = 2
    static let isTerminal: UInt8 = 4
  }
}

// MARK: the record

extension BlockLayout {
  /// Stores what was recorded in a row; an episode's last has no action.
  func store(_ row: ReplayRow, at index: Int, in record: Bytes) {
    for (section, vector) in zip(vectors, row.observation.vectors) {
      section.part(index, of: record).store(vector, vector.indices)
    }
    let action = actions.part(index, of: record)
    if row.isLast { action.fill(0) } else { action.store(row.action, row.action.indices) }
    rewards.part(index, of: record).store([row.reward], 0..<1)
    for (section, image) in zip(images, row.observation.images) {
      section.part(index, of: record).store(image, image.indices)
    }
    let flag =
      (row.isFirst ? Flag.isFirst : 0) | (row.isLast ? Flag.isLast : 0)
      | (row.isTerminal ? Flag.isTerminal : 0)
    flags.part(index, of: record)[0] = flag
  }

  /// Copies what was recorded to the rows of a batch that start at `target`.
  func load(_ rows: Range<Int>, of record: Bytes, into batch: inout ReplayBatch, at target: Int) {
    for (index, section) in vectors.enumerated() {
      section.part(rows, of: record)
        .load(into: &batch.vectors[index], at: target * section.columns)
    }
    actions.part(rows, of: record).load(into: &batch.actions, at: target * actions.columns)
    rewards.part(rows, of: record).load(into: &batch.rewards, at: target)
    for (index, section) in images.enumerated() {
      section.part(rows, of: record).load(into: &batch.images[index], at: target * section.columns)
    }
    let flags = flags.part(rows, of: record)
    for row in 0..<rows.count {
      batch.isFirst[target + row] = flags[row] & Flag.isFirst != 0
      batch.isLast[target + row] = flags[row] & Flag.isLast != 0
      batch.isTerminal[target + row] = flags[row] & Flag.isTerminal != 0
    }
  }

  func isFirst(_ row: Int, of record: Bytes) -> Bool {
    flags.part(row, of: record)[0] & Flag.isFirst != 0
  }
}

// MARK: the latents

extension BlockLayout {
  /// Stores the rows `source` of arrays of latents over the rows from `target` on.
  func store(
    _ source: Range<Int>, deter: [Float], stoch: [UInt8], at target: Int, in latents: Bytes
  ) {
    let rows = target..<(target + source.count)
    self.deter.part(rows, of: latents).storeHalves(deter, self.deter.elements(source))
    self.stoch.part(rows, of: latents).store(stoch, self.stoch.elements(source))
  }

  /// Copies latents to the rows of a batch that start at `target`.
  func loadLatents(
    _ rows: Range<Int>, of latents: Bytes, into batch: inout ReplayBatch, at target: Int
  ) {
    deter.part(rows, of: latents).loadHalves(into: &batch.deter, at: target * deter.columns)
    stoch.part(rows, of: latents).load(into: &batch.stoch, at: target * stoch.columns)
  }
}
