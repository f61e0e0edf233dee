import Files
import Foundation
import Runs

/// What a run learns.
package enum RunKind: Sendable {
  case agent
  /// A model of single frames.
  case frames

  /// Asks the files of a run's folder or of a checkpoint: the checkpoint's state, and where that does not
  /// tell, the configuration. Where nothing tells, it is taken for an agent's.
  package init(of url: URL) {
    let url = url.standardizedFileURL
    let isCheckpoint = Checkpoint(at: url) != nil || Checkpoint.isOne(url)
    let newest =
      isCheckpoint
      ? try? RunFolder.locate(url).checkpoint : RunFolder(at: url).completeCheckpoints().last
    let run =
      isCheckpoint ? url.deletingLastPathComponent().deletingLastPathComponent() : url
    let files = [newest?.configuration, RunFolder(at: run).configuration].compactMap { $0 }
    self =
      newest.flatMap(Self.inState) ?? files.lazy.compactMap(Self.inConfiguration).first ?? .agent
  }

  private static func inState(_ checkpoint: Checkpoint) -> RunKind? {
    guard let state = try? checkpoint.readState() else { return nil }
    return state.holds("frames") ? .frames : state.holds("agent") ? .agent : nil
  }

  /// By the groups of keys that only one kind has.
  private static func inConfiguration(_ file: URL) -> RunKind? {
    guard let data = try? AtomicFile.read(file) else { return nil }
    let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
    func has(_ group: String) -> Bool {
      lines.contains { $0.hasPrefix("\(group):") || $0.hasPrefix("\(group).") }
    }
    return has("vae") ? .frames : has("agent") ? .agent : nil
  }
}
