/// Memory that is handed out front to back and taken back all at once.
///
/// A training step allocates from an arena as it goes and resets it at the end; from the second step
/// on nothing reaches the system's allocator. Blocks are never moved, so regions stay valid until
/// the arena is reset or rewound past them. An arena belongs to one thread at a time.
package final class Arena: @unchecked Sendable {
  /// A place to rewind to.
  package struct Mark: Sendable, Comparable {
    let block: Int
    let offset: Int

    package static func < (one: Mark, other: Mark) -> Bool {
      (one.block, one.offset) < (other.block, other.offset)
    }
  }

  private var blocks: [UnsafeMutableBufferPointer<Float>] = []
  private var block = 0
  private var offset = 0
  private let blockSize: Int
  #if DEBUG
    /// Of all regions that were handed out and not taken back, in the order of where they begin.
    private var leases = [Lease(from: Mark(block: 0, offset: 0))]
  #endif

  /// - Parameter blockSize: floats in a block; larger requests get a block of their own.
  package init(blockSize: Int = 1 << 20) { self.blockSize = blockSize }

  deinit { for block in blocks { block.baseAddress!.deallocate() } }

  /// A region whose numbers are undefined.
  package func allocate(_ count: Int) -> Region {
    let padded = (count + 15) & ~15
    while block < blocks.count {
      if offset + padded <= blocks[block].count {
        defer { offset += padded }
        return region(count)
      }
      block += 1
      offset = 0
    }
    let size = max(padded, blockSize)
    blocks.append(UnsafeMutableBufferPointer(start: allocateFloats(size), count: size))
    defer { offset = padded }
    return region(count)
  }

  /// The region that begins where the arena stands.
  private func region(_ count: Int) -> Region {
    let base = blocks[block].baseAddress! + offset
    #if DEBUG
      return Region(base: base, count: count, lease: (leases[leases.count - 1], mark))
    #else
      return Region(base: base, count: count)
    #endif
  }

  /// A region of zeros.
  package func allocateZeros(_ count: Int) -> Region {
    let region = allocate(count)
    region.fill(0)
    return region
  }

  /// Bytes, undefined, in the memory of floats.
  package func allocateBytes(_ count: Int) -> Bytes {
    Bytes(in: allocate((count + 3) / 4), count: count)
  }

  /// Where the next region would be.
  package var mark: Mark { Mark(block: block, offset: offset) }

  /// Takes back all that was allocated since `mark`.
  package func rewind(to mark: Mark) {
    #if DEBUG
      for lease in leases { lease.end(at: mark) }
      leases.removeAll { $0.start >= mark }
      leases.append(Lease(from: mark))
    #endif
    block = mark.block
    offset = mark.offset
  }

  /// Takes back everything.
  package func reset() { rewind(to: Mark(block: 0, offset: 0)) }

  /// Hands the same memory out once more, from the front on, to others who use it in turn with those
  /// that have it already.
  package func share() { (block, offset) = (0, 0) }

  /// Zeros what was allocated before `mark`, from the beginning on.
  package func clear(upTo mark: Mark) {
    for index in 0..<min(mark.block + 1, blocks.count) {
      let used = index < mark.block ? blocks[index].count : mark.offset
      Region(base: blocks[index].baseAddress!, count: used).fill(0)
    }
  }

  /// Floats that the arena holds, used or not.
  package var capacity: Int { blocks.reduce(0) { $0 + $1.count } }
}

#if DEBUG
  /// How long the regions of an arena may be used that it handed out between two times that it took some
  /// back.
  @usableFromInline final class Lease: @unchecked Sendable {
    /// Where the first of them begins.
    let start: Arena.Mark
    /// Those that begin from here on were taken back.
    private var limit: Arena.Mark?

    init(from start: Arena.Mark) { self.start = start }

    func end(at mark: Arena.Mark) { limit = min(limit ?? mark, mark) }

    @usableFromInline func holds(_ place: Arena.Mark) -> Bool { limit.map { place < $0 } ?? true }
  }
#endif
