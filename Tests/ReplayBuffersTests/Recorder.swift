import EnvironmentInterface
import Randomness
import ReplayBuffers
import ReplaySettings

/// A layout of few and different numbers.
let smallLayout = ReplayLayout(
  imageSizes: [3, 2], vectorSizes: [2], actionSize: 2, deter: 3, stochBytes: 2)

/// Writes rows that tell where they come from: row `n` of stream `s` has the reward `100 s + n`.
struct Recorder {
  let replay: Replay
  private var counts: [Int]
  private var row: ReplayRow

  init(_ replay: Replay, streamCount: Int = 1) {
    self.replay = replay
    counts = Array(repeating: 0, count: streamCount)
    let layout = replay.layout
    let images = layout.imageSizes.enumerated().map {
      ObservationSpace(name: "image\($0)", kind: .image(height: 1, width: 1, channels: $1))
    }
    let vectors = layout.vectorSizes.enumerated().map {
      ObservationSpace(name: "vector\($0)", kind: .vector(count: $1))
    }
    row = ReplayRow(observation: Observation(spaces: images + vectors), layout: layout)
  }

  /// Appends rows, whose flags `flags` may set by their number in the stream.
  mutating func append(
    _ count: Int, stream: Int = 0, flags: (Int, inout ReplayRow) -> Void = { _, _ in }
  ) throws {
    for _ in 0..<count {
      let number = counts[stream]
      counts[stream] += 1
      fill(Float(100 * stream + number))
      (row.isFirst, row.isLast, row.isTerminal) = (false, false, false)
      flags(number, &row)
      try replay.append(row, stream: stream)
    }
  }

  private mutating func fill(_ value: Float) {
    row.reward = value
    let byte = UInt8(truncatingIfNeeded: Int(value))
    for image in row.observation.images.indices {
      for index in row.observation.images[image].indices {
        row.observation.images[image][index] = byte &+ UInt8(truncatingIfNeeded: 10 * image + index)
      }
    }
    for index in row.action.indices { row.action[index] = value + 0.5 + Float(index) }
    for index in row.deter.indices { row.deter[index] = -value - Float(index) / 4 }
    for index in row.stoch.indices { row.stoch[index] = UInt8((Int(value) + index) % 5) }
    for vector in row.observation.vectors.indices {
      for index in row.observation.vectors[vector].indices {
        row.observation.vectors[vector][index] = value / 2 + Float(index)
      }
    }
  }
}

/// A small memory.
func makeReplay(
  windowLength: Int, size: Int = 1000, chunkSize: Int = 4, online: Bool = false,
  recency: Double = 0, streamCount: Int = 1, layout: ReplayLayout = smallLayout, seed: UInt64 = 0
) throws -> Replay {
  var configuration = ReplayConfiguration()
  configuration.size = size
  configuration.chunksize = chunkSize
  configuration.online = online
  configuration.fracs.uniform = 1 - recency
  configuration.fracs.recency = recency
  return try Replay(
    configuration, layout: layout, streamCount: streamCount, windowLength: windowLength,
    key: Key(seed: seed))
}

extension Replay {
  /// A batch of one sequence, sampled.
  func sampleOne(for purpose: Purpose = .train, length: Int? = nil) throws -> ReplayBatch {
    var batch = ReplayBatch(layout: layout, sequences: 1, length: length ?? windowLength)
    try sample(for: purpose, into: &batch)
    return batch
  }

  /// The first rewards of `count` sampled windows: by these, a `Recorder`'s windows are known.
  func sampleStarts(_ count: Int, for purpose: Purpose = .train) throws -> [Int] {
    try (0..<count).map { _ in Int(try sampleOne(for: purpose).rewards[0]) }
  }
}
