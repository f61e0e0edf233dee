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
      #if !DEBUG
        // Which debug builds refuse to look at.
        #expect(first.allSatisfy { $0.array.allSatisfy { $0 == Float(step) } })
      #endif
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

  #if DEBUG
    @Test(
      "in debug builds, memory that was taken back cannot be used: all of it, or what is beyond a mark"
    )
    func takenBack() async {
      await #expect(processExitsWith: .failure) {
        let arena = Arena()
        let region = arena.allocate(4)
        arena.reset()
        _ = arena.allocate(4)
        region.fill(1)
      }
      await #expect(processExitsWith: .failure) {
        let arena = Arena()
        _ = arena.allocate(4)
        let mark = arena.mark
        let part = arena.allocate(40).slice(3, count: 2)
        arena.rewind(to: mark)
        part[0] = 1
      }
      await #expect(processExitsWith: .failure) {
        let arena = Arena()
        let bytes = arena.allocateBytes(9).slice(1, count: 3)
        arena.reset()
        bytes.fill(1)
      }
    }

    @Test("in debug builds, what lies before a mark stays usable through every rewinding beyond it")
    func kept() {
      let arena = Arena(blockSize: 64)
      let first = arena.allocate(40)
      let mark = arena.mark
      for _ in 0..<3 {
        let inner = arena.allocate(100)
        let innerMark = arena.mark
        _ = arena.allocate(10)
        arena.rewind(to: innerMark)
        arena.allocate(10).fill(2)
        inner.fill(1)
        arena.rewind(to: mark)
      }
      first.fill(3)
      #expect(first.array == Array(repeating: 3, count: 40))
    }
  #endif
}
