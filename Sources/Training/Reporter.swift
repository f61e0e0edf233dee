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

  /// Writes pictures to the run's folder.
  func report(
    _ learner: Learner, step: Int, key: Key, pool: WorkerPool
  ) throws -> Report {
    var report = Report()
    guard configuration.agent.report else { return report }
    for index in 0..<configuration.run.reportBatches {
      let draws = DrawSource.random(key.fold(count))
      count += 1
      let batch = source.next()
      let diagnosis = learner.agent.diagnose(batch, draws: draws)
      report.add(learner.evaluate(batch, draws: draws, pool: pool) + diagnosis.metrics)
      if index == 0 {
        report.add(diagnosis)
        try addPictures(learner.agent.openLoop(batch, draws: draws), step: step, to: &report)
      }
    }
    return report
  }

  private func addPictures(_ loop: OpenLoop, step: Int, to report: inout Report) throws {
    for index in loop.images.indices {
      guard let video = loop.video(index) else { continue }
      let name = loop.images[index].space.name
      let picture = loop.filmstrip(video)
      try picture.writePNG(to: folder.videos.appendingPathComponent("\(step)-\(name).png"))
      report.pictures.append(.init("report/openloop/\(name)", .image(try .init(picture))))
    }
  }
}

/// What a report found.
struct Report {
  /// One for each batch, under `report/…`.
  private(set) var metrics: [(name: String, value: Double)] = []
  /// Pictures and histograms, for TensorBoard.
  var pictures: [Event.Summary] = []

  mutating func add(_ values: [(name: String, value: Float)]) {
    metrics += values.map { ("report/\($0.name)", Double($0.value)) }
  }

  /// Adds the histograms of latents.
  mutating func add(_ diagnosis: ModelDiagnosis) {
    for (name, values) in [
      ("deter", diagnosis.deter), ("class_use", diagnosis.latents.marginals),
      ("activity", diagnosis.latents.activity), ("kl", diagnosis.divergences),
    ] {
      guard let histogram = Histogram(of: values) else { continue }
      pictures.append(.init("report/latents/\(name)", .histogram(histogram)))
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
