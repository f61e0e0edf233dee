import Kernels
import Testing

@Suite("Arena")
struct ArenaTests {
  @Test("regions do not overlap", arguments: [1, 16, 100, 4096])
  func separateRegions(blockSize: Int) {
    let arena = Arena(blockSize: blockSize)
    let counts = [1, 0, 15, 16, 17, 200, 3, 1, 99]
    let regions = counts.map { arena.allocate($0) }
    for (index, region) in regions.enumerated() { region.fill(Float(index)) }
    for (index, region) in regions.enumerated() {
      #expect(region.array == Array(repeating: Float(index), count: counts[index]))
    }
  }

  @Test("after a reset the same memory comes again, and none is added", arguments: [1, 64, 1024])
  func reset(blockSize: Int) {
    let arena = Arena(blockSize: blockSize)
    var first: [Region] = []
    var capacity = 0
    for step in 0..<4 {
      arena.reset()
      let regions = [5, 70, 1, 300, 16].map { arena.allocate($0) }
      for region in regions { region.fill(Float(step)) }
      if step == 0 {
        first = regions
        capacity = arena.capacity
      }
      #expect(arena.capacity == capacity)
      #expect(first.allSatisfy { $0.array.allSatisfy { $0 == Float(step) } })
    }
  }

  @Test("clearing zeros what lies before the mark and nothing else", arguments: [16, 64, 1024])
  func clear(blockSize: Int) {
    let arena = Arena(blockSize: blockSize)
    arena.clear(upTo: arena.mark)
    let first = [5, 70, 16].map { arena.allocate($0) }
    let mark = arena.mark
    let second = arena.allocate(40)
    for region in first + [second] { region.fill(1) }
    arena.clear(upTo: mark)
    #expect(first.allSatisfy { $0.array.allSatisfy { $0 == 0 } })
    #expect(second.array.allSatisfy { $0 == 1 })
  }

  @Test("rewinding keeps what was allocated before the mark")
  func rewind() {
    let arena = Arena(blockSize: 32)
    let kept = arena.allocate(20)
    kept.fill(1)
    let mark = arena.mark
    let capacities = (0..<3).map { _ in
      for count in [16, 40, 2] { arena.allocate(count).fill(2) }
      arena.rewind(to: mark)
      return arena.capacity
    }
    #expect(kept.array == Array(repeating: 1, count: 20))
    #expect(Set(capacities).count == 1)
  }

  @Test("a request that is larger than a block gets one of its own")
  func largeRequests() {
    let arena = Arena(blockSize: 16)
    let region = arena.allocate(1000)
    region.fill(3)
    #expect(region.count == 1000 && arena.capacity >= 1000)
    #expect(arena.allocate(4).count == 4)
    #expect(region.array == Array(repeating: 3, count: 1000))
  }

  @Test("zeros are zeros even in memory that was used")
  func zeros() {
    let arena = Arena(blockSize: 64)
    arena.allocate(64).fill(.nan)
    arena.reset()
    #expect(arena.allocateZeros(64).array == Array(repeating: 0, count: 64))
  }

  @Test("bytes take their share of floats and no more", arguments: [0, 1, 3, 4, 63, 64, 65])
  func bytes(count: Int) {
    let arena = Arena(blockSize: 64)
    let before = arena.allocate(1)
    let bytes = arena.allocateBytes(count)
    let after = arena.allocate(1)
    before.fill(1)
    after.fill(2)
    #expect(bytes.count == count)
    #expect(before[0] == 1 && after[0] == 2)
  }
}
