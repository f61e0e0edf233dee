import Files
import Foundation
import Runs

/// What a run had written to its logs when a checkpoint was saved.
package struct RunHistory {
  /// What tells it from that of any other run.
  package struct Digests: Codable, Equatable {
    var metrics: LogDigest
    var scores: LogDigest
    var events: LogDigest
  }

  private(set) var metrics = LogBeginning()
  private(set) var scores = LogBeginning()
  private(set) var events = LogBeginning()
  /// Files that are gone.
  package private(set) var missing: [URL] = []

  /// Reads the logs and changes nothing.
  ///
  /// - Parameters:
  ///   - step: of the checkpoint.
  ///   - log: what the log kept in it.
  ///   - sizes: what the files then were, where lines of that step came after.
  /// - Throws: `FileError`: `malformed` where a log is not the one that the checkpoint's run wrote.
  package init(
    of run: RunFolder, through step: Int, _ log: RunLog.State?, within sizes: RunLog.Sizes? = nil
  ) throws {
    let digests = log?.digests
    metrics = try take(
      run.metrics, JSONLines.beginning(of: run.metrics, through: step, within: sizes?.metrics),
      digests?.metrics)
    scores = try take(
      run.scores, JSONLines.beginning(of: run.scores, through: step, within: sizes?.scores),
      digests?.scores)
    events = try take(
      run.events, EventFile.beginning(of: run.events, through: step, within: sizes?.events),
      digests?.events)
  }

  /// Refuses lines of another run.
  ///
  /// - Parameters: as of ``init(of:through:_:within:)``.
  /// - Throws: `FileError`.
  package static func checkLines(
    of run: RunFolder, through step: Int, _ log: RunLog.State?, within sizes: RunLog.Sizes? = nil
  ) throws {
    guard let digests = log?.digests else { return }
    for (file, digest, size) in [
      (run.metrics, digests.metrics, sizes?.metrics), (run.scores, digests.scores, sizes?.scores),
    ] {
      if let found = try JSONLines.beginning(of: file, through: step, within: size) {
        try check(file, found, digest)
      }
    }
  }

  private mutating func take(
    _ file: URL, _ found: LogBeginning?, _ digest: LogDigest?
  ) throws -> LogBeginning {
    guard let found else {
      if let digest, digest != LogDigest() { missing.append(file) }
      return LogBeginning()
    }
    try Self.check(file, found, digest)
    return found
  }

  private static func check(_ file: URL, _ found: LogBeginning, _ digest: LogDigest?) throws {
    guard let digest, digest != found.digest else { return }
    throw FileError(
      .malformed, path: file.path, what: "is not what the run of the checkpoint wrote",
      remedy: "put back a copy of it, or move it away: --resume then begins another")
  }
}
