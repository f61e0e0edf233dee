import Foundation
import Randomness
import ReplayBuffers
import ReplaySettings
import TestSupport
import Testing

@Suite("Sampling")
struct SamplingTests {
  @Test("training takes every stretch of experience once, from the second row on")
  func onlineQueue() throws {
    let replay = try makeReplay(windowLength: 3, online: true)
    var recorder = Recorder(replay)
    try recorder.append(10)  // stretches [1, 4), [4, 7), [7, 10)
    #expect(try replay.sampleOne().rewards == [1, 2, 3])
    #expect(try replay.sampleOne().rewards == [4, 5, 6])
    #expect(try replay.sampleOne().rewards == [7, 8, 9])
    try recorder.append(2)
    #expect(Set(try replay.sampleStarts(200)) == Set(0...9))
    try recorder.append(1)
    #expect(try replay.sampleOne().rewards == [10, 11, 12])
  }

  @Test("each stream has stretches of its own")
  func onlineQueueOfStreams() throws {
    let replay = try makeReplay(windowLength: 2, online: true, streamCount: 2)
    var recorder = Recorder(replay, streamCount: 2)
    try recorder.append(2, stream: 0)
    try recorder.append(3, stream: 1)
    try recorder.append(1, stream: 0)
    #expect(try replay.sampleStarts(2) == [101, 1])
  }

  @Test("reports leave the online queue alone", arguments: [Replay.Purpose.report, .evaluation])
  func reportsDraw(purpose: Replay.Purpose) throws {
    let replay = try makeReplay(windowLength: 3, online: true)
    var recorder = Recorder(replay)
    try recorder.append(10)
    #expect(Set(try replay.sampleStarts(200, for: purpose)) == Set(0...7))
    #expect(try replay.sampleStarts(3) == [1, 4, 7])
    #expect(replay.takeStatistics().samples == 3)
  }

  @Test("a stretch whose rows are gone is passed over")
  func onlineQueueAfterEviction() throws {
    let replay = try makeReplay(windowLength: 2, size: 1, chunkSize: 2, online: true)
    var recorder = Recorder(replay)
    try recorder.append(9)  // stretches at 1, 3, 5, 7, of which only the last has its chunk
    #expect(try replay.sampleStarts(3) == [7, 7, 7])
  }

  @Test("uniform sampling prefers no window, by a chi-square test")
  func uniformity() throws {
    let replay = try makeReplay(windowLength: 1, size: 100, chunkSize: 7, seed: 5)
    var recorder = Recorder(replay)
    try recorder.append(250)
    var counts = Array(repeating: 0, count: 100)
    for start in try replay.sampleStarts(20_000) { counts[start - 150] += 1 }
    let chiSquare = counts.reduce(0.0) { $0 + (Double($1) - 200) * (Double($1) - 200) / 200 }
    // 99 degrees of freedom: 0.1 % lie above 148.2, and 0.1 % below 61.1.
    #expect(chiSquare < 148.2 && chiSquare > 61.1)
  }

  @Test("recency sampling weighs a window by the inverse of its age")
  func recency() throws {
    let replay = try makeReplay(windowLength: 1, size: 4, recency: 1)
    var recorder = Recorder(replay)
    try recorder.append(6)
    var counts = Array(repeating: 0, count: 4)
    for start in try replay.sampleStarts(25_000) { counts[start - 2] += 1 }
    // Weights 1/4, 1/3, 1/2, 1 add up to 25/12. Five standard deviations are 400.
    for (count, expected) in zip(counts, [3000, 4000, 6000, 12_000]) {
      #expect(abs(count - expected) < 400)
    }
  }

  @Test(
    "recency sampling draws what a sum for each age gives, to the bit",
    arguments: [1, 255, 256, 257, 5000], [0, 0.7, 1])
  func recencySums(size: Int, exponent: Double) {
    let selector = makeSelector(size: size, exponent: exponent)
    var (sums, total) = ([Double](), 0.0)
    for age in 0..<size {
      total += pow(Double(age + 1), -exponent)
      sums.append(total)
    }
    for draw in 0..<500 {
      var generator = Generator(key: Key(seed: 1).fold(draw))
      var same = generator
      let wanted = same.uniform() * total
      let age = sums.firstIndex { $0 > wanted } ?? size - 1
      let count = draw % 2 == 0 ? size : max(1, size / 3)
      let scaled = count < size ? age * count / size : age
      #expect(selector.recent(among: count, using: &generator) == count - 1 - scaled)
    }
  }

  @Test("recency sampling among many windows takes little memory, which counts as replay's")
  func recencyMemory() throws {
    #expect(makeSelector(size: 5_000_000, exponent: 1).bytes < 200_000)
    func blocks(recency: Double) throws -> Int {
      let scratch = try Scratch()
      var exercise = try Exercise(
        in: scratch.replay, memory: "400kB", size: 1_000_000, recency: recency)
      try exercise.replay.begin()
      _ = try exercise.run(0..<1600)
      return exercise.replay.mostBlocksInMemory
    }
    // Its 31 kB are those of seven blocks.
    #expect(try blocks(recency: 0.4) <= blocks(recency: 0) - 5)
  }

  private func makeSelector(size: Int, exponent: Double) -> WindowSelector {
    var configuration = ReplayConfiguration()
    (configuration.size, configuration.recexp) = (size, exponent)
    (configuration.fracs.uniform, configuration.fracs.recency) = (0, 1)
    return WindowSelector(configuration)
  }

  @Test("a mixture draws from each of its parts")
  func mixture() throws {
    let replay = try makeReplay(windowLength: 1, size: 4, recency: 0.5)
    var recorder = Recorder(replay)
    try recorder.append(4)
    var counts = Array(repeating: 0, count: 4)
    for start in try replay.sampleStarts(20_000) { counts[start] += 1 }
    for (count, expected) in zip(counts, [3700, 4100, 4900, 7300]) {
      #expect(abs(count - expected) < 350)
    }
  }

  @Test("the same key and rows give the same samples, another key others")
  func determinism() throws {
    func starts(seed: UInt64) throws -> [Int] {
      let replay = try makeReplay(windowLength: 2, online: true, seed: seed)
      var recorder = Recorder(replay)
      var starts: [Int] = []
      for _ in 0..<20 {
        try recorder.append(5)
        starts += try replay.sampleStarts(3)
      }
      return starts
    }
    #expect(try starts(seed: 1) == starts(seed: 1))
    #expect(try starts(seed: 1) != starts(seed: 2))
  }

  @Test("reports do not change what training sees")
  func purposesAreIndependent() throws {
    func starts(reports: Int) throws -> [Int] {
      let replay = try makeReplay(windowLength: 2)
      var recorder = Recorder(replay)
      try recorder.append(50)
      return try (0..<20).flatMap { _ in
        _ = try replay.sampleStarts(reports, for: .report)
        return try replay.sampleStarts(2)
      }
    }
    #expect(try starts(reports: 0) == starts(reports: 3))
  }

  @Test("a batch that is used again holds only the new sample")
  func reuse() throws {
    let replay = try makeReplay(windowLength: 3, size: 1)
    var recorder = Recorder(replay)
    try recorder.append(3) { number, row in row.isFirst = number == 1 }
    var batch = ReplayBatch(layout: smallLayout, sequences: 2, length: 3)
    try replay.sample(for: .train, into: &batch)
    #expect(batch.rewards == [0, 1, 2, 0, 1, 2])
    try recorder.append(3)
    try replay.sample(for: .train, into: &batch)
    #expect(batch.rewards == [3, 4, 5, 3, 4, 5])
    #expect(batch.isFirst == [true, false, false, true, false, false])
    #expect(batch.isLast == Array(repeating: false, count: 6))
  }
}
