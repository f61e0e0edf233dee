/// What the memory holds, and what happened to it since the last time one asked.
package struct ReplayStatistics: Sendable, Equatable, Codable {
  /// Windows that can be sampled.
  package var items = 0
  /// Chunks that are in use.
  package var chunks = 0
  /// Environments that were recorded from.
  package var streams = 0
  /// Bytes that chunks hold, unused space included; with a disk, those of them that may be in memory.
  package var bytes = 0
  /// Windows that came.
  package var inserts = 0
  /// Windows that were sampled for training.
  package var samples = 0
  /// Rows whose latents were written back.
  package var updates = 0
  /// Rows of a window, context included.
  package var windowLength = 0

  /// What is counted.
  var counts: [Int] { [inserts, samples, updates] }

  /// How often each new row was sampled; not a number where none came.
  package var replayRatio: Double {
    inserts == 0 ? .nan : Double(windowLength * samples) / Double(inserts)
  }

  /// The reference's metrics, by its names.
  package var metrics: [(name: String, value: Double)] {
    [
      ("items", Double(items)), ("chunks", Double(chunks)), ("streams", Double(streams)),
      ("ram_gb", Double(bytes) / 0x1p30), ("inserts", Double(inserts)),
      ("samples", Double(samples)), ("updates", Double(updates)), ("replay_ratio", replayRatio),
    ]
  }
}
