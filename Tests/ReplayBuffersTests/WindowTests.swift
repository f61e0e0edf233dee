import Randomness
import ReplayBuffers
import Testing

@Suite("Windows of experience")
struct WindowTests {
  @Test("every offset of a stream is a window once it has enough rows")
  func countsWindows() throws {
    let replay = try makeReplay(windowLength: 3)
    var recorder = Recorder(replay)
    try recorder.append(2)
    #expect(replay.windowCount == 0)
    try recorder.append(1)
    #expect(replay.windowCount == 1)
    try recorder.append(7)
    #expect(replay.windowCount == 8)
    #expect(Set(try replay.sampleStarts(200)) == Set(0...7))
  }

  @Test("a window holds every number of its rows, across the borders of chunks", arguments: 1...9)
  func copiesRows(chunkSize: Int) throws {
    let replay = try makeReplay(windowLength: 6, size: 1, chunkSize: chunkSize)
    var recorder = Recorder(replay)
    try recorder.append(9)
    let batch = try replay.sampleOne()
    #expect(batch.rewards == [3, 4, 5, 6, 7, 8])
    #expect(batch.images[0] == [3, 4, 5, 4, 5, 6, 5, 6, 7, 6, 7, 8, 7, 8, 9, 8, 9, 10])
    #expect(batch.images[1] == [13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18, 19])
    #expect(batch.vectors[0] == [1.5, 2.5, 2, 3, 2.5, 3.5, 3, 4, 3.5, 4.5, 4, 5])
    #expect(batch.actions == [3.5, 4.5, 4.5, 5.5, 5.5, 6.5, 6.5, 7.5, 7.5, 8.5, 8.5, 9.5])
    #expect(batch.deter.prefix(6) == [-3, -3.25, -3.5, -4, -4.25, -4.5])
    #expect(batch.stoch == [3, 4, 4, 0, 0, 1, 1, 2, 2, 3, 3, 4])
    #expect(
      batch.stepIDs == (3..<9).map { StepID(chunk: $0 / chunkSize, row: $0 % chunkSize) })
    #expect(batch.consec == 0)
  }

  @Test("streams do not mix")
  func keepsStreamsApart() throws {
    let replay = try makeReplay(windowLength: 3, streamCount: 2)
    var recorder = Recorder(replay, streamCount: 2)
    for _ in 0..<10 {
      try recorder.append(1, stream: 0)
      try recorder.append(1, stream: 1)
    }
    for _ in 0..<100 {
      let rewards = try replay.sampleOne().rewards
      #expect(rewards[1] == rewards[0] + 1 && rewards[2] == rewards[0] + 2)
    }
  }

  @Test("a window's first row begins, and an abandoned episode's last row ends")
  func annotates() throws {
    let replay = try makeReplay(windowLength: 5, size: 1)
    var recorder = Recorder(replay)
    try recorder.append(5) { number, row in row.isFirst = number == 3 }
    let batch = try replay.sampleOne()
    #expect(batch.isFirst == [true, false, false, true, false])
    #expect(batch.isLast == [false, false, true, false, false])
    #expect(batch.isTerminal == [false, false, false, false, false])
  }

  @Test("the forced first row does not end the row before it in another window")
  func annotatesTheCopyOnly() throws {
    let replay = try makeReplay(windowLength: 2)
    var recorder = Recorder(replay)
    try recorder.append(6)
    for _ in 0..<50 {
      let batch = try replay.sampleOne()
      #expect(batch.isFirst == [true, false] && batch.isLast == [false, false])
    }
  }

  @Test("a batch that is shorter than its window knows the row behind its end")
  func annotatesTheLastRow() throws {
    let replay = try makeReplay(windowLength: 5, size: 1)
    var recorder = Recorder(replay)
    try recorder.append(5) { number, row in row.isFirst = number == 3 }
    #expect(try replay.sampleOne(for: .report, length: 3).isLast == [false, false, true])
    #expect(try replay.sampleOne(for: .report, length: 2).isLast == [false, false])
  }

  @Test("the action of an episode's last row is stored as zeros")
  func clearsLastAction() throws {
    let replay = try makeReplay(windowLength: 3, size: 1)
    var recorder = Recorder(replay)
    try recorder.append(3) { number, row in
      row.isLast = number == 1
      row.isTerminal = number == 1
    }
    let batch = try replay.sampleOne()
    #expect(batch.actions == [0.5, 1.5, 0, 0, 2.5, 3.5])
    #expect(batch.isLast == [false, true, false])
    #expect(batch.isTerminal == [false, true, false])
  }

  @Test("training may begin when there are as many windows as a batch has trained rows")
  func readiness() throws {
    let replay = try makeReplay(windowLength: 5)
    var recorder = Recorder(replay)
    try recorder.append(4 + 11)
    #expect(!replay.isReady(sequences: 3, length: 4))
    try recorder.append(1)
    #expect(replay.isReady(sequences: 3, length: 4))
  }
}
