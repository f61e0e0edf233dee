import Files
import Foundation
import Telemetry

extension TrainingConfiguration {
  /// Keys, and groups that end in a point, on whose values a run's state rests. Another value would be
  /// ignored there, or give the state another meaning, as another world does to the episodes that
  /// have begun.
  private static let keysOfState = [
    "task", "seed", "env.", "replay.preload", "agent.opt.impl", "agent.retnorm.impl",
    "agent.valnorm.impl", "agent.advnorm.impl", "agent.frozen",
  ]
  /// In those groups, and yet free.
  private static let freeKeys = ["env.wrap.record"]

  /// Refuses to continue a run with what its state does not allow.
  ///
  /// - Throws: ``ConfigurationError`` for the first such value; `FileError` where the run's own
  ///   configuration cannot be read.
  func checkContinuation(of run: RunFolder) throws {
    let own = try TrainingConfiguration(contentsOf: run.configuration)
    for difference in differences(from: own) where Self.isOfState(difference.key) {
      throw ConfigurationError(
        keyPath: difference.key, value: difference.value,
        reason: "the run in \(run.url.relativePath) was begun with \(difference.defaultValue) and "
          + "goes on with it; leave it out, or begin another run with --from")
    }
  }

  private static func isOfState(_ key: String) -> Bool {
    !freeKeys.contains(key)
      && keysOfState.contains { $0.hasSuffix(".") ? key.hasPrefix($0) : key == $0 }
  }
}

extension RunFolder {
  /// What a run goes on from; nil where none has saved anything yet.
  ///
  /// - Throws: `FileError` of kind `malformed` where something was saved and is not all there: to begin
  ///   anew would lose what is left.
  func checkpointToContinue() throws -> Checkpoint? {
    if let newest = completeCheckpoints().last { return newest }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    let damaged = names.sorted()
      .first { Checkpoint(at: checkpoints.appendingPathComponent($0))?.isDamaged == true }
    // A run saves before it writes its first line.
    let lines = [metrics, scores].first { (try? AtomicFile.read($0).isEmpty) == false }
    guard let lost = damaged.map(checkpoints.appendingPathComponent) ?? lines else { return nil }
    throw FileError(
      .malformed, path: lost.path,
      what: damaged == nil ? "is of a run whose checkpoints are gone" : "is no complete checkpoint",
      remedy: "put back a copy of what is missing, or begin another run with another --logdir")
  }
}
