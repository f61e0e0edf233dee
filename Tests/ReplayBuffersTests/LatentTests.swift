import ReplayBuffers
import Testing

@Suite("Latents that are written back")
struct LatentTests {
  @Test("fresh latents persist and reach every window with their rows")
  func persist() throws {
    let replay = try makeReplay(windowLength: 3, chunkSize: 2)
    var recorder = Recorder(replay)
    try recorder.append(4)
    try replay.update(
      stepIDs: [StepID(chunk: 0, row: 1), StepID(chunk: 1, row: 0)],
      deter: [1, 2, 3, 4, 5, 6], stoch: [4, 3, 2, 1])
    for _ in 0..<20 {
      let batch = try replay.sampleOne()
      let first = Int(batch.rewards[0])
      #expect(batch.deter[(3 * (1 - first))...].prefix(6) == [1, 2, 3, 4, 5, 6])
      #expect(batch.stoch[(2 * (1 - first))...].prefix(4) == [4, 3, 2, 1])
      #expect(batch.rewards == [Float(first), Float(first + 1), Float(first + 2)])
    }
    #expect(replay.takeStatistics().updates == 2)
  }

  @Test("a batch's latents go to its rows behind the context")
  func batch() throws {
    let replay = try makeReplay(windowLength: 3, size: 1)
    var recorder = Recorder(replay)
    try recorder.append(3)
    var batch = ReplayBatch(layout: smallLayout, sequences: 2, length: 3)
    try replay.sample(for: .train, into: &batch)
    // Both sequences are the same window; the second one's latents hold.
    try replay.update(
      batch, context: 1, deter: (0..<12).map(Float.init), stoch: [0, 0, 0, 0, 1, 2, 3, 4])
    try replay.sample(for: .train, into: &batch)
    #expect(batch.deter[..<9] == [0, -0.25, -0.5, 6, 7, 8, 9, 10, 11])
    #expect(batch.stoch[..<6] == [0, 1, 1, 2, 3, 4])
    #expect(replay.takeStatistics().updates == 4)
  }

  @Test("latents of rows that are gone are dropped, and do not reach what took their memory")
  func evicted() throws {
    let replay = try makeReplay(windowLength: 2, size: 1, chunkSize: 2)
    var recorder = Recorder(replay)
    try recorder.append(2)
    let old = try replay.sampleOne()
    try recorder.append(20)
    let before = try replay.sampleOne()
    try replay.update(
      old, context: 0, deter: [9, 9, 9, 9, 9, 9], stoch: [4, 4, 4, 4])
    #expect(try replay.sampleOne() == before)
  }
}
