import Configuration
import ReplayBuffers
import TrainedAgents

extension TrainingConfiguration {
  /// Windows that replay makes of what it begins with.
  func windows(in experience: (any Experience)?) -> Int {
    max((experience?.rowCount ?? 0) - windowLength + 1, 0)
  }

  /// Refuses to learn without environments where nothing could be learned.
  ///
  /// - Parameters:
  ///   - isFresh: whether the run begins, and so remembers nothing.
  ///   - windows: that replay will hold.
  /// - Throws: ``ConfigurationError``.
  func checkOffline(isFresh: Bool, windows: Int) throws {
    guard run.offline else { return }
    if isFresh, replay.preload.isEmpty {
      throw ConfigurationError(
        keyPath: "run.offline", value: "true",
        reason: "there is nothing to learn from; name recorded episodes or another run with "
          + "replay.preload, or continue a run with --resume")
    }
    guard run.trainRatio > 0 else {
      throw ConfigurationError(
        keyPath: "run.train_ratio", value: "\(run.trainRatio)",
        reason: "must be above 0 with run.offline, or no update is ever due")
    }
    let needed = batchSize * batchLength
    guard min(windows, replay.size) >= needed else {
      throw ConfigurationError(
        keyPath: "run.offline", value: "true",
        reason: "replay holds \(windows) windows of \(windowLength) steps, and batch_size · "
          + "batch_length asks for \(needed); give it more to learn from, or make batches smaller")
    }
  }
}
