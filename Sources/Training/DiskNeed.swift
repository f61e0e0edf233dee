import Foundation
import ReplayBuffers
import ReplaySettings
import Runs
import TrainedAgents

/// What disk a run takes at the end: replay, and the checkpoints that are kept with the one that is
/// being written.
struct DiskNeed {
  let replay: Int
  let checkpoint: Int
  let checkpoints: Int

  init(_ configuration: TrainingConfiguration, agent: AgentNeed, replay: ReplayNeed) {
    let run = configuration.run
    self.replay = replay.disk
    checkpoint = MemoryLayout<Float>.stride * (agent.size.parameters + 2 * agent.size.trained)
    func multiples(of interval: Int) -> Int { interval > 0 ? run.steps / interval : 0 }
    let kept = min(run.keep.last, multiples(of: run.saveEvery) + 1) + multiples(of: run.keep.every)
    checkpoints = kept + 1 + (run.keep.best ? 1 : 0)
  }

  private var total: Int {
    let (saved, isTooMuch) = checkpoint.multipliedReportingOverflow(by: checkpoints)
    let (sum, isMore) = saved.addingReportingOverflow(replay)
    return isTooMuch || isMore ? .max : sum
  }

  /// What a user should know whose disk has less free space; nil where there is enough.
  func note(in folder: RunFolder) -> String? {
    guard let free = Self.freeBytes(of: folder.url), total > free else { return nil }
    return "the disk of \(folder.url.relativePath) has \(ByteSize.text(free)) free, and the run "
      + "may come to \(ByteSize.text(total)): \(ByteSize.text(replay)) of replay and "
      + "\(checkpoints) checkpoints of \(ByteSize.text(checkpoint)); a smaller replay.size or preset, or fewer of "
      + "run.keep, take less"
  }

  /// Of the file system of a folder, or of the nearest one above that is there.
  private static func freeBytes(of folder: URL) -> Int? {
    var url = folder.standardizedFileURL
    while !FileManager.default.fileExists(atPath: url.path), url.path != "/" {
      url.deleteLastPathComponent()
    }
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: url.path)
    return (attributes?[.systemFreeSize] as? NSNumber).map { Int(clamping: $0.uint64Value) }
  }
}
