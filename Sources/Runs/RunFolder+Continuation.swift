import Files
import Foundation

extension RunFolder {
  /// What a run goes on from; nil where none has saved anything yet.
  ///
  /// - Throws: `FileError` of kind `malformed` where something was saved and is not all there: to begin
  ///   anew would lose what is left.
  package func checkpointToContinue() throws -> Checkpoint? {
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
