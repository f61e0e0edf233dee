import Foundation
import Kernels

/// The memory of blocks, within a bound: the oldest leave it, to be read back from the disk.
///
/// Where there is no disk, nothing leaves. Whether a block is in memory changes no number.
final class BlockMemory {
  let disk: ReplayDisk?
  /// Bytes that replay may take.
  let bound: Int
  /// Bytes that the caller takes for what finds rows.
  var indexBytes = 0
  /// The most pairs of record and latents that there were at once.
  private(set) var most = 0
  private let layout: BlockLayout
  /// Blocks that may be begun before the next one is full: one for each environment. Memory is kept
  /// for them, for what the allocator gets back and gives out again in pieces it cannot join.
  var reserve: Int
  /// Full blocks that are or were in memory, in the order in which they came there.
  private var residents = RingQueue<Block>()
  /// Blocks whose latents changed, in the order in which they did; the disk may have some by now.
  private var changed = RingQueue<Block>()
  /// The most bytes of latents of full blocks that only memory has: what a checkpoint finds to write.
  private var mostUnwritten: Int { min(4 << 20, bound / 16) }
  /// The most bytes that anything but blocks took at once. What is free again is not given to blocks,
  /// or they would come and go with it.
  private var mostOthers = 0
  /// Pairs that exist, those of no block included.
  private var existing = 0
  private var spares: [(record: ByteStorage, latents: ByteStorage)] = []
  /// The last block that was read and did not stay.
  private var visitor: Block?
  private lazy var scratch = makePair()

  init(_ layout: BlockLayout, disk: ReplayDisk?, bound: Int, reserve: Int) {
    self.layout = layout
    self.reserve = reserve
    self.disk = disk
    self.bound = bound
  }

  private var pairBytes: Int { layout.recordBytes + layout.latentBytes }

  /// Whether `more` pairs have room beside those that there are. A quarter of the bound is for
  /// batches and what is on its way, for a checkpoint's copies, and for what the allocator cannot use.
  private func hasRoom(for more: Int) -> Bool {
    guard let disk else { return true }
    mostOthers = max(mostOthers, indexBytes + disk.packedMemory)
    return (existing + more) * pairBytes + mostOthers <= bound - bound / 4
  }

  // MARK: blocks come and go

  /// An empty block in memory.
  func makeBlock() -> Block {
    let block = Block()
    let pair = spares.popLast() ?? makePair()
    pair.record.bytes.fill(0)
    pair.latents.bytes.fill(0)
    (block.record, block.latents) = pair
    return block
  }

  private func makePair() -> (record: ByteStorage, latents: ByteStorage) {
    existing += 1
    most = max(most, existing)
    return (ByteStorage(count: layout.recordBytes), ByteStorage(count: layout.latentBytes))
  }

  /// Takes note that a block is full, and makes room for the next.
  func finish(_ block: Block) throws {
    if let disk, let record = block.record {
      try disk.check()
      disk.pack(record, into: block.packed)
      try noteChange(of: block)
    }
    stay(block)
    while !hasRoom(for: max(0, reserve - spares.count)) {
      if spares.count < reserve, let oldest = residents.popFirst() {
        try dismiss(oldest)
      } else if spares.popLast() != nil {
        existing -= 1
      } else {
        return
      }
    }
  }

  private func stay(_ block: Block) {
    while residents.count > 0, residents[0].record == nil { _ = residents.popFirst() }
    residents.append(block)
  }

  /// Brings a block's latents to the disk and gives its memory to others.
  private func dismiss(_ block: Block) throws {
    guard block.record != nil else { return }
    if !block.packed.withLock({ $0.isThere }) { try disk?.drain() }
    try writeLatents(of: block)
    recycle(block)
  }

  /// Gives up a block that nothing needs any more.
  func free(_ block: Block) {
    if visitor === block { visitor = nil }
    recycle(block)
    if let page = block.page { disk?.pages.release(page) }
    block.page = nil
  }

  private func recycle(_ block: Block) {
    guard let record = block.record, let latents = block.latents else { return }
    (block.record, block.latents) = (nil, nil)
    if case .pending = block.packed.withLock({ $0 }) {
      // The writer still reads it.
      existing -= 1
    } else {
      spares.append((record, latents))
    }
  }

  // MARK: contents

  /// What a block holds, until the next call.
  ///
  /// - Throws: `FileError` where it cannot be read back.
  func contents(of block: Block) throws -> (record: Bytes, latents: Bytes) {
    if let record = block.record, let latents = block.latents {
      return (record.bytes, latents.bytes)
    }
    if visitor === block { return (scratch.record.bytes, scratch.latents.bytes) }
    let stays = hasRoom(for: max(0, 1 + reserve - spares.count))
    visitor = nil
    let pair = stays ? spares.popLast() ?? makePair() : scratch
    try disk?.unpack(block.packed, into: pair.record.bytes)
    if let page = block.page { try disk?.pages.read(page, into: pair.latents.bytes) }
    if stays {
      (block.record, block.latents) = pair
      block.isDirty = false
      stay(block)
    } else {
      visitor = block
    }
    return (pair.record.bytes, pair.latents.bytes)
  }

  /// Changes a block's latents, in memory or on disk.
  ///
  /// - Throws: `FileError` where they cannot be read or written.
  func changeLatents(of block: Block, _ change: (Bytes) -> Void) throws {
    if let latents = block.latents {
      change(latents.bytes)
      if !block.isDirty { try noteChange(of: block) }
      return
    }
    guard let disk, let page = block.page else {
      preconditionFailure("latents that are neither in memory nor on disk")
    }
    let latents = scratch.latents.bytes
    if visitor !== block {
      visitor = nil
      try disk.pages.read(page, into: latents)
    }
    change(latents)
    block.page = try disk.pages.write(latents, over: page)
    disk.trickle()
  }

  /// Takes note that only memory has a block's latents, and brings those to the disk that changed
  /// first, where they are many.
  private func noteChange(of block: Block) throws {
    block.isDirty = true
    guard disk != nil else { return }
    changed.append(block)
    while changed.count * layout.latentBytes > mostUnwritten, let first = changed.popFirst() {
      try writeLatents(of: first)
    }
  }

  /// Brings a block's latents to the disk if they are not there.
  func writeLatents(of block: Block) throws {
    guard let latents = block.latents, let disk, block.isDirty else { return }
    block.page = try disk.pages.write(latents.bytes, over: block.page)
    block.isDirty = false
    disk.trickle()
  }

  /// Reads a block of a checkpoint that is not full: rows are still to come.
  ///
  /// - Parameter frame: its packed form.
  func revive(_ block: Block, _ frame: Data) throws {
    let pair = makePair()
    try disk?.unpack(Block.Packed(.memory(frame)), into: pair.record.bytes)
    if let page = block.page { try disk?.pages.read(page, into: pair.latents.bytes) }
    (block.record, block.latents) = pair
    block.isDirty = false
  }
}
