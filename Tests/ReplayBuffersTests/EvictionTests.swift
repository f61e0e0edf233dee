import Randomness
import ReplayBuffers
import Testing

@Suite("Eviction")
struct EvictionTests {
  @Test("the oldest window goes first, of whichever stream it is")
  func firstInFirstOut() throws {
    let replay = try makeReplay(windowLength: 2, size: 3, streamCount: 2)
    var recorder = Recorder(replay, streamCount: 2)
    try recorder.append(4, stream: 0)  // windows 0, 1, 2
    #expect(Set(try replay.sampleStarts(50)) == [0, 1, 2])
    try recorder.append(3, stream: 1)  // windows 100, 101
    #expect(replay.windowCount == 3)
    #expect(Set(try replay.sampleStarts(50)) == [2, 100, 101])
    try recorder.append(1, stream: 0)
    #expect(Set(try replay.sampleStarts(50)) == [100, 101, 3])
  }

  @Test("a chunk stays as long as a window begins in it or needs its rows")
  func keepsNeededChunks() throws {
    let replay = try makeReplay(windowLength: 3, size: 2, chunkSize: 4)
    var recorder = Recorder(replay)
    try recorder.append(7)  // windows 3 and 4: chunk 0 is needed for row 3
    #expect(replay.takeStatistics().chunks == 2)
    try recorder.append(1)  // windows 4 and 5; the full second chunk has an empty successor
    #expect(replay.takeStatistics().chunks == 2)
    #expect(Set(try replay.sampleStarts(20)) == [4, 5])
  }

  @Test("the memory of freed chunks is used again", arguments: [1, 3])
  func recyclesMemory(streamCount: Int) throws {
    let layout = ReplayLayout(
      imageSizes: [56 * 56 * 3], vectorSizes: [], actionSize: 1, deter: 16, stochBytes: 4)
    let replay = try makeReplay(
      windowLength: 9, size: 100, chunkSize: 16, streamCount: streamCount, layout: layout)
    var recorder = Recorder(replay, streamCount: streamCount)
    for _ in 0..<2000 {
      for stream in 0..<streamCount { try recorder.append(1, stream: stream) }
    }
    // Each stream's rows: its share of the windows, the 8 that no window begins with yet, and a
    // chunk that is partly used at either end.
    let bound = (100 + streamCount * 8) / 16 + 2 * streamCount + 1
    #expect(replay.mostBlocksInMemory <= bound)
    let statistics = replay.takeStatistics()
    #expect(statistics.bytes == statistics.chunks * 16 * layout.bytesPerRow)
    #expect(layout.bytesPerRow == 56 * 56 * 3 + 4 + 4 + 1 + 16 * 2 + 4)
  }

  @Test("used memory holds nothing of what it held before")
  func forgetsOldRows() throws {
    let replay = try makeReplay(windowLength: 2, size: 1, chunkSize: 2)
    var recorder = Recorder(replay)
    try recorder.append(11) { _, row in row.isTerminal = true }
    try recorder.append(2)
    let batch = try replay.sampleOne()
    #expect(batch.rewards == [11, 12])
    #expect(batch.isTerminal == [false, false])
    #expect(replay.mostBlocksInMemory <= 3)
  }

  @Test("windows of one row and chunks of one row work")
  func smallestSizes() throws {
    let replay = try makeReplay(windowLength: 1, size: 2, chunkSize: 1, online: true)
    var recorder = Recorder(replay)
    try recorder.append(5)
    #expect(replay.windowCount == 2)
    #expect(Set(try replay.sampleStarts(40, for: .report)) == [3, 4])
  }
}
