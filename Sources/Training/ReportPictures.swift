import Agents
import Files
import Foundation
import Pictures
import Randomness
import Runs
import Storyboards
import WorldModels

/// What a model makes of replay, drawn at each report: `videos/<step>-<image>.png`, a strip with time
/// from left to right, and `.gif`, the same in motion.
struct ReportPictures {
  /// The most sequences that are drawn.
  static let sequences = 3
  /// Steps that the moving picture shows in a second.
  static let framesPerSecond = 5.0

  let task: String
  let folder: RunFolder

  /// Observes the first half of some sequences, imagines the second, and draws both.
  ///
  /// - Returns: the strips by the names of their images.
  /// - Throws: `FileError`, `PNGError`.
  func write(
    _ agent: Agent, _ batch: SequenceBatch, step: Int, key: Key
  ) throws -> [(name: String, strip: Picture)] {
    guard agent.spaces.contains(where: \.isImage) else { return [] }
    let shard = BatchShard(batch, sequences: 0..<min(Self.sequences, batch.size))
    let observed = batch.length / 2
    let rollout = agent.rollout(
      shard, observed: observed, samples: 1, lengths: Self.lengths(shard, observed: observed),
      key: key)
    return try rollout.imageSpaces.enumerated().map { index, space in
      let board = Storyboard(rollout, title: "\(task) after \(step) steps", imageIndex: index)
      let name = "\(step)-\(ForeignText.fileName(space.name))"
      func url(_ suffix: String) -> URL {
        folder.videos.appendingPathComponent("\(name).\(suffix)")
      }
      let strip = board.strip()
      try strip.writePNG(to: url("png"))
      try board.animation(Self.framesPerSecond).writeGIF(to: url("gif"))
      return (space.name, strip)
    }
  }

  /// The steps of each sequence up to where another episode begins while the model has its eyes shut,
  /// which it cannot know of.
  private static func lengths(_ shard: BatchShard, observed: Int) -> [Int] {
    shard.sequences.map { sequence in
      (observed..<shard.length).first { shard.batch.isFirst[shard.batch.row(sequence, $0)] }
        ?? shard.length
    }
  }
}
