import Agents
import Foundation
import Kernels
import Randomness
import ReplayBuffers
import Telemetry

/// Looks at replay that training has not drawn: losses, and pictures of what the model predicts.
final class Reporter {
  private let configuration: TrainingConfiguration
  private let folder: RunFolder
  private var source: BatchSource
  /// Batches looked at so far.
  private(set) var count: Int

  /// - Parameter count: batches that were looked at before.
  init(
    _ configuration: TrainingConfiguration, replay: Replay, agent: Agent, folder: RunFolder,
    count: Int = 0
  ) {
    self.count = count
    self.configuration = configuration
    self.folder = folder
    source = BatchSource(
      configuration, replay: replay, agent: agent, for: .report,
      length: configuration.reportLength, consec: configuration.consecReport)
  }

  /// - Returns: the mean losses under `report/…`.
  func report(
    _ learner: Learner, step: Int, key: Key, pool: WorkerPool
  ) throws -> [(name: String, value: Double)] {
    guard configuration.agent.report else { return [] }
    var metrics: [(name: String, value: Double)] = []
    for index in 0..<configuration.run.reportBatches {
      let draws = DrawSource.random(key.fold(count))
      count += 1
      let batch = source.next()
      for (name, value) in learner.evaluate(batch, draws: draws, pool: pool) {
        metrics.append(("report/\(name)", Double(value)))
      }
      if index == 0 {
        try writePictures(learner.agent.openLoop(batch, draws: draws), step: step)
      }
    }
    return metrics
  }

  private func writePictures(_ loop: OpenLoop, step: Int) throws {
    for index in loop.images.indices {
      guard let video = loop.video(index) else { continue }
      try loop.filmstrip(video)
        .writePNG(
          to: folder.videos.appendingPathComponent("\(step)-\(loop.images[index].space.name).png"))
    }
  }
}

extension OpenLoop {
  /// All steps of up to three sequences in one picture, time to the right.
  func filmstrip(_ video: Video) -> Picture {
    let width = video.width / sequences
    let strips = (0..<min(3, sequences)).map { sequence in
      Picture.row((0..<length).map { column(of: video, frame: $0, sequence, width: width) })
    }
    return Picture.column(strips, gap: 4, color: .white)
  }

  private func column(of video: Video, frame: Int, _ sequence: Int, width: Int) -> Picture {
    let pixels = video.frame(frame)
    let rows = (0..<video.height).flatMap { y -> ArraySlice<UInt8> in
      let start = pixels.startIndex + (y * video.width + sequence * width) * 3
      return pixels[start..<start + width * 3]
    }
    return Picture(height: video.height, width: width, channels: 3, pixels: rows)
  }
}
