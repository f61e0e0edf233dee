import EnvironmentInterface
import Foundation
import Randomness
import ReplayBuffers
import ReplaySettings
import TestSupport

extension Scratch {
  /// The folder of a memory's files, which is there.
  var replay: URL {
    let folder = url.appendingPathComponent("replay")
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  func checkpoint(_ name: String) -> URL { url.appendingPathComponent(name) }
}

/// What training does to a memory, as a function of the step: rows of two environments, batches of
/// two windows, latents and priorities written back.
struct Exercise {
  static let layout = ReplayLayout(
    imageSizes: [100], vectorSizes: [2], actionSize: 2, deter: 6, stochBytes: 6)
  let replay: Replay
  private let stream: ReplayStream
  private var batch: ReplayBatch
  private var row: ReplayRow

  /// - Parameter memory: the bound; nil for no folder.
  init(
    in folder: URL?, memory: String = "1GB", size: Int = 150, priority: Double = 0,
    recency: Double = 0.4, key: Int = 0
  ) throws {
    var configuration = ReplayConfiguration()
    configuration.size = size
    configuration.chunksize = 40
    configuration.memory = memory
    configuration.fracs.uniform = 1 - recency - priority
    configuration.fracs.recency = recency
    configuration.fracs.priority = priority
    replay = try Replay(
      configuration, layout: Self.layout, streamCount: 2, windowLength: 9,
      key: Key(seed: UInt64(key)), in: folder)
    stream = ReplayStream(from: replay, for: .train, trainLength: 4, consec: 2, context: 1)
    batch = ReplayBatch(layout: Self.layout, sequences: 2, length: 5)
    let image = ObservationSpace(name: "i", kind: .image(height: 10, width: 10, channels: 1))
    let vector = ObservationSpace(name: "v", kind: .vector(count: 2))
    row = ReplayRow(observation: Observation(spaces: [image, vector]), layout: Self.layout)
  }

  var streamState: ReplayStream.State? { stream.state }

  /// Takes a checkpoint and makes the folder ready.
  func restore(from url: URL, _ state: ReplayStream.State?) throws -> Bool {
    try replay.restore(from: url)
    let goesOn = state.map(stream.restore) ?? true
    try replay.begin()
    return goesOn
  }

  /// Makes a step and, with each third, trains on a batch.
  ///
  /// - Returns: the batch.
  mutating func step(_ number: Int) throws -> ReplayBatch? {
    for environment in 0..<2 {
      fill(Key(seed: 7).fold(number).fold(environment))
      row.isFirst = number % 13 == 0
      row.isLast = number % 13 == 12
      try replay.append(row, stream: environment)
    }
    guard number >= 20, number % 3 == 0 else { return nil }
    try stream.next(into: &batch)
    var generator = Generator(key: Key(seed: 8).fold(number))
    let deter = (0..<48).map { _ in Float(generator.uniform(-1, 1)) }
    let stoch = (0..<48).map { _ in UInt8(generator.integer(below: 256)) }
    replay.prioritize(batch, context: 1, (0..<8).map { _ in Float(generator.uniform()) })
    try replay.update(batch, context: 1, deter: deter, stoch: stoch)
    return batch
  }

  private mutating func fill(_ key: Key) {
    var generator = Generator(key: key)
    for index in 0..<100 {
      row.observation.images[0][index] = UInt8(generator.integer(below: 4))
    }
    for index in 0..<2 {
      row.observation.vectors[0][index] = Float(generator.normal())
      row.action[index] = Float(generator.normal())
    }
    row.reward = Float(generator.normal())
    for index in 0..<6 { row.deter[index] = Float(generator.uniform(-1, 1)) }
    for index in 0..<6 { row.stoch[index] = UInt8(generator.integer(below: 256)) }
  }

  /// Makes steps.
  ///
  /// - Returns: the batches.
  mutating func run(_ steps: Range<Int>) throws -> [ReplayBatch] {
    try steps.compactMap { try step($0) }
  }
}
