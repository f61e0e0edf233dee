import Foundation

/// What a checkpoint says of a memory; its body holds, in this order: the environment of each window,
/// the page and the checksum of each block's latents, the packed blocks of chunks that are not full,
/// and what each row counts in prioritised sampling.
struct ReplayState: Codable, Equatable {
  static let currentVersion = 1

  /// Of the file's layout.
  var version = ReplayState.currentVersion
  /// What tells the checkpoint that the file belongs to from all others; nil where it was not told.
  var owner: String?
  var layout: ReplayLayout
  var windowLength: Int
  var chunkSize: Int
  var isPrioritized: Bool
  var streams: [StreamState]
  /// In the order of their numbers.
  var chunks: [ChunkState]
  var nextChunk: Int
  var windowCount: Int
  var windowsSoFar: Int
  var online: [StepID]
  var drawCounts: [Int]
  var statistics: ReplayStatistics
  /// Bytes of the body's parts that do not follow from the rest.
  var windowBytes: Int
  var priorityBytes: Int

  /// An environment's stream.
  struct StreamState: Codable, Equatable {
    /// That takes the next row.
    var chunk: Int?
    var rowCount: Int
    /// Where the oldest window begins, and where the next will.
    var firstWindow: StepID?
    var windowStart: StepID
  }

  struct ChunkState: Codable, Equatable {
    var number: Int
    var stream: Int
    var predecessor: Int?
    var successor: Int?
    /// Rows.
    var count: Int
    /// Bytes of each packed block, where the chunk is not full and so has no file.
    var frames: [Int]
    /// Of the chunk's file, in base 16; nil where it has none, and in files of before.
    var checksum: String?
  }
}
