import Randomness
import ReplayBuffers
import ReplaySettings
import TestSupport
import Testing

@Suite("Prioritised sampling")
struct PriorityTests {
  /// A memory that draws by priority alone.
  private func makeReplay(
    windowLength: Int, size: Int = 1000, _ change: (inout ReplayConfiguration.Priorities) -> Void
  ) throws -> Replay {
    var configuration = ReplayConfiguration()
    (configuration.fracs.uniform, configuration.fracs.priority) = (0, 1)
    (configuration.size, configuration.chunksize, configuration.online) = (size, 4, false)
    (configuration.prio.exponent, configuration.prio.zeroOnSample) = (1, false)
    change(&configuration.prio)
    return try Replay(
      configuration, layout: smallLayout, streamCount: 1, windowLength: windowLength,
      key: Key(seed: 0))
  }

  /// Gives each of a stream's first rows a priority.
  private func prioritize(_ replay: Replay, _ priorities: [Float]) {
    var batch = ReplayBatch(layout: smallLayout, sequences: 1, length: priorities.count)
    batch.stepIDs = priorities.indices.map { StepID(chunk: $0 / 4, row: $0 % 4) }
    replay.prioritize(batch, context: 0, priorities)
  }

  private func counts(_ replay: Replay, _ draws: Int, windows: Int) throws -> [Int] {
    var counts = Array(repeating: 0, count: windows)
    for start in try replay.sampleStarts(draws) { counts[start] += 1 }
    return counts
  }

  @Test("a window is drawn in proportion to its priority")
  func proportion() throws {
    let replay = try makeReplay(windowLength: 1) { _ in }
    var recorder = Recorder(replay)
    try recorder.append(6)
    prioritize(replay, [1, 0, 2, 3, 0, 4])
    let counts = try counts(replay, 20_000, windows: 6)
    // Five standard deviations of a share of a half are 350.
    for (count, share) in zip(counts, [0.1, 0, 0.2, 0.3, 0, 0.4]) {
      #expect(abs(Double(count) - 20_000 * share) < 350)
    }
    #expect(counts[1] == 0 && counts[4] == 0)
  }

  @Test("priorities count to the power of the exponent")
  func exponent() throws {
    let replay = try makeReplay(windowLength: 1) { $0.exponent = 2 }
    var recorder = Recorder(replay)
    try recorder.append(2)
    prioritize(replay, [1, 3])
    #expect(abs(try counts(replay, 10_000, windows: 2)[0] - 1000) < 150)
  }

  @Test("a window counts a mixture of its rows' largest priority and their mean")
  func aggregation() throws {
    let replay = try makeReplay(windowLength: 3) { $0.maxfrac = 0.5 }
    var recorder = Recorder(replay)
    try recorder.append(6)
    prioritize(replay, [6, 0, 0, 0, 3, 0])
    // Windows at 0 … 3: (6 + 2) / 2, 0, (3 + 1) / 2, (3 + 1) / 2 of 8 in all.
    let counts = try counts(replay, 20_000, windows: 4)
    for (count, share) in zip(counts, [0.5, 0, 0.25, 0.25]) {
      #expect(abs(Double(count) - 20_000 * share) < 360)
    }
  }

  @Test("rows that were not trained on come first, each as likely as the other")
  func initial() throws {
    let replay = try makeReplay(windowLength: 2) { _ in }
    var recorder = Recorder(replay)
    try recorder.append(6)
    prioritize(replay, [5, 5, 5, 5])
    // Windows 3 and 4 have rows without a priority.
    let counts = try counts(replay, 10_000, windows: 5)
    #expect(counts[0..<3] == [0, 0, 0] && abs(counts[3] - 5000) < 250)
    prioritize(replay, [5, 5, 5, 5, 5, 5])
    #expect(Set(try replay.sampleStarts(200)) == [0, 1, 2, 3, 4])
  }

  @Test("rows that training drew count nothing until their losses are known")
  func zeroOnSample() throws {
    let replay = try makeReplay(windowLength: 2) { ($0.initial, $0.zeroOnSample) = (1, true) }
    var recorder = Recorder(replay)
    try recorder.append(8)
    // Reports change nothing.
    #expect(Set(try replay.sampleStarts(200, for: .report)).count == 7)
    // Each draw takes two rows out; a window is drawn while one of its rows is left.
    var left = Set(0..<8)
    while !left.isEmpty {
      let start = try replay.sampleStarts(1)[0]
      #expect(left.contains(start) || left.contains(start + 1))
      left.subtract([start, start + 1])
    }
    // Then all count nothing, and all are drawn.
    #expect(Set(try replay.sampleStarts(200)) == Set(0..<7))
  }

  @Test("rows that training drew and made nothing of count what they did")
  func restoring() throws {
    let replay = try makeReplay(windowLength: 1) { $0.zeroOnSample = true }
    var recorder = Recorder(replay)
    try recorder.append(4)
    prioritize(replay, [1, 0, 3])
    // The fourth row, which was never trained on, comes first, and then counts 1.
    var batch = ReplayBatch(layout: smallLayout, sequences: 1, length: 1)
    var counts = [0, 0, 0, 0]
    for _ in 0..<10_000 {
      try replay.sample(for: .train, into: &batch)
      counts[Int(batch.rewards[0])] += 1
      replay.restorePriorities(of: batch)
    }
    for (count, share) in zip(counts, [0.2, 0, 0.6, 0.2]) {
      #expect(abs(Double(count) - 10_000 * share) < 250)
    }
  }

  @Test("what rows counted before they were drawn survives a checkpoint")
  func restoringLater() throws {
    let scratch = try Scratch()
    func make() throws -> Replay {
      var configuration = ReplayConfiguration()
      (configuration.fracs.uniform, configuration.fracs.priority) = (0, 1)
      (configuration.chunksize, configuration.online) = (4, false)
      configuration.prio.exponent = 1
      return try Replay(
        configuration, layout: smallLayout, streamCount: 1, windowLength: 1, key: Key(seed: 0),
        in: scratch.replay)
    }
    let first = try make()
    try first.begin()
    var recorder = Recorder(first)
    try recorder.append(3)
    prioritize(first, [0, 5, 0])
    var batch = ReplayBatch(layout: smallLayout, sequences: 1, length: 1)
    try first.sample(for: .train, into: &batch)
    #expect(batch.rewards == [1])
    try first.save(to: scratch.checkpoint("a"))
    let second = try make()
    try second.restore(from: scratch.checkpoint("a"))
    #expect(Set(try second.sampleStarts(50, for: .report)) == [0, 1, 2])
    second.restorePriorities(of: batch)
    #expect(Set(try second.sampleStarts(50, for: .report)) == [1])
  }

  @Test("windows that are gone are never drawn, however many there were")
  func eviction() throws {
    let replay = try makeReplay(windowLength: 2, size: 20) { $0.initial = 1 }
    var recorder = Recorder(replay)
    for end in [30, 60, 90] {
      try recorder.append(30)
      #expect(Set(try replay.sampleStarts(1000)) == Set((end - 21)..<(end - 1)))
    }
  }

  @Test("the tree draws as a list would")
  func tree() {
    var tree = PriorityTree()
    let weights = (0..<100).map { Float($0 % 7) }
    for (window, weight) in weights.enumerated() { tree.set(window, weight, among: window + 1) }
    let total = weights.reduce(0, +)
    for step in 0..<1000 {
      let place = (Double(step) + 0.5) / 1000
      var rest = Float(place) * total
      let expected = weights.firstIndex { weight in
        rest -= weight
        return rest < 0
      }
      let leaf = tree.draw(place)
      #expect(leaf.map { tree.window(ofLeaf: $0, before: 100) } == expected)
    }
    for window in 0..<100 { tree.set(window, 0, among: 100) }
    #expect(tree.draw(0.5) == nil)
  }
}
