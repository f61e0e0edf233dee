import ReplayBuffers
import Testing

@Suite("Pieces of windows")
struct StreamTests {
  @Test("pieces step by the train length and share the context")
  func pieces() throws {
    let replay = try makeReplay(windowLength: 7, size: 1)
    var recorder = Recorder(replay)
    try recorder.append(7) { number, row in row.isFirst = number == 2 || number == 5 }
    let stream = ReplayStream(from: replay, for: .train, trainLength: 2, consec: 3, context: 1)
    var batch = ReplayBatch(layout: smallLayout, sequences: 1, length: 3)
    try stream.next(into: &batch)
    #expect(batch.consec == 0)
    #expect(batch.rewards == [0, 1, 2])
    #expect(batch.isFirst == [true, false, true])
    #expect(batch.isLast == [false, true, false])
    try stream.next(into: &batch)
    #expect(batch.consec == 1)
    #expect(batch.rewards == [2, 3, 4])
    #expect(batch.isFirst == [true, false, false])
    #expect(batch.isLast == [false, false, true])
    try stream.next(into: &batch)
    #expect(batch.consec == 2)
    #expect(batch.rewards == [4, 5, 6])
    #expect(batch.isFirst == [false, true, false])
    #expect(batch.isLast == [true, false, false])
    try stream.next(into: &batch)
    #expect(batch.consec == 0)
  }

  @Test("later pieces are of the same windows, even where these are evicted meanwhile")
  func evictedWindows() throws {
    let replay = try makeReplay(windowLength: 5, size: 3, chunkSize: 2)
    var recorder = Recorder(replay)
    try recorder.append(9)
    let stream = ReplayStream(from: replay, for: .train, trainLength: 2, consec: 2, context: 1)
    var batch = ReplayBatch(layout: smallLayout, sequences: 4, length: 3)
    try stream.next(into: &batch)
    let ends = (0..<4).map { batch.rewards[3 * $0 + 2] }
    try recorder.append(100)
    try stream.next(into: &batch)
    #expect((0..<4).map { batch.rewards[3 * $0] } == ends)
    #expect(replay.takeStatistics().samples == 4)
    // The next windows are new, and the old chunks are freed.
    try stream.next(into: &batch)
    #expect(batch.rewards.allSatisfy { $0 >= 100 })
    #expect(replay.takeStatistics().chunks <= 6)
  }

  @Test("a report's shorter pieces begin where the window does")
  func reports() throws {
    let replay = try makeReplay(windowLength: 9, size: 1)
    var recorder = Recorder(replay)
    try recorder.append(9)
    let stream = ReplayStream(from: replay, for: .report, trainLength: 4, context: 1)
    var batch = ReplayBatch(layout: smallLayout, sequences: 1, length: 5)
    for _ in 0..<2 {
      try stream.next(into: &batch)
      #expect(batch.rewards == [0, 1, 2, 3, 4] && batch.consec == 0)
    }
  }
}
