/// Memory that is handed out front to back and taken back all at once.
///
/// A training step allocates from an arena as it goes and resets it at the end; from the second step
/// on nothing reaches the system's allocator. Blocks are never moved, so regions stay valid until
/// the arena is reset or rewound past them. An arena belongs to one thread at a time.
public final class Arena: @unchecked Sendable {
  /// A place to rewind to.
  public struct Mark: Sendable {
    let block: Int
    let offset: Int
  }

  private var blocks: [UnsafeMutableBufferPointer<Float>] = []
  private var block = 0
  private var offset = 0
  private let blockSize: Int

  /// - Parameter blockSize: floats in a block; larger requests get a block of their own.
  public init(blockSize: Int = 1 << 20) { self.blockSize = blockSize }

  deinit { for block in blocks { block.baseAddress!.deallocate() } }

  /// A region whose numbers are undefined.
  public func allocate(_ count: Int) -> Region {
    let padded = (count + 15) & ~15
    while block < blocks.count {
      if offset + padded <= blocks[block].count {
        defer { offset += padded }
        return Region(base: blocks[block].baseAddress! + offset, count: count)
      }
      block += 1
      offset = 0
    }
    let size = max(padded, blockSize)
    blocks.append(UnsafeMutableBufferPointer(start: allocateFloats(size), count: size))
    offset = padded
    return Region(base: blocks[block].baseAddress!, count: count)
  }

  /// A region of zeros.
  public func allocateZeros(_ count: Int) -> Region {
    let region = allocate(count)
    region.fill(0)
    return region
  }

  /// Bytes, undefined, in the memory of floats.
  public func allocateBytes(_ count: Int) -> Bytes {
    let floats = allocate((count + 3) / 4)
    let raw = UnsafeMutableRawPointer(floats.base)
    return Bytes(base: raw.assumingMemoryBound(to: UInt8.self), count: count)
  }

  /// Where the next region would be.
  public var mark: Mark { Mark(block: block, offset: offset) }

  /// Takes back all that was allocated since `mark`.
  public func rewind(to mark: Mark) {
    block = mark.block
    offset = mark.offset
  }

  /// Takes back everything.
  public func reset() { rewind(to: Mark(block: 0, offset: 0)) }

  /// Zeros what was allocated before `mark`, from the beginning on.
  public func clear(upTo mark: Mark) {
    for index in 0..<min(mark.block + 1, blocks.count) {
      let used = index < mark.block ? blocks[index].count : mark.offset
      Region(base: blocks[index].baseAddress!, count: used).fill(0)
    }
  }

  /// Floats that the arena holds, used or not.
  public var capacity: Int { blocks.reduce(0) { $0 + $1.count } }
}
