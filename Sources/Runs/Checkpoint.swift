import Files
import Foundation

/// Which checkpoints are left after a new one.
package struct CheckpointRetention: Sendable, Equatable {
  /// How many of the newest; at least 1.
  package var newest: Int
  /// The steps of others that stay, wherever they are complete.
  package var others: Set<Int>
  /// Steps whose multiples stay; 0 for none.
  package var every: Int

  package init(newest: Int = 1, others: Set<Int> = [], every: Int = 0) {
    self.newest = newest
    self.others = others
    self.every = every
  }

  func keeps(_ step: Int) -> Bool {
    others.contains(step) || (every > 0 && step % every == 0)
  }
}

/// A saved state of a run: a folder of files. Only the newest is what a run goes on from, and holds
/// what that needs besides the agent.
package struct Checkpoint: Sendable, Equatable {
  /// Environment steps that had been made.
  package let step: Int
  package let url: URL

  package var parameters: URL { Self.parameters(in: url) }
  package var optimizer: URL { url.appendingPathComponent("optimizer.safetensors") }
  /// What the memory of experience goes on from; its larger part is in the run's folder for replay.
  package var replay: URL { url.appendingPathComponent("replay.bin") }
  package var state: URL { url.appendingPathComponent("state.json") }
  /// What the run's configuration was, so that the folder can be taken along. Checkpoints of older
  /// versions, and of other programs, have none.
  package var configuration: URL { url.appendingPathComponent("config.yaml") }

  /// Where a folder has parameters, if it is a checkpoint's.
  package static func parameters(in folder: URL) -> URL {
    folder.appendingPathComponent("parameters.safetensors")
  }

  private static let fileNames: Set<String> = [
    "parameters.safetensors", "optimizer.safetensors", "config.yaml", "replay.bin", "state.json",
  ]

  /// The files that a checkpoint of some kind has besides these: its state tells, and of one that has none
  /// yet, their names.
  private static func ownNames(in folder: URL) -> Set<String> {
    let state = folder.appendingPathComponent("state.json")
    if let files = try? CheckpointState(contentsOf: state).files { return Set(files.keys) }
    guard isUnfinished(folder.lastPathComponent) else { return [] }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return Set(names.filter { $0.hasSuffix(".safetensors") || $0.hasSuffix(".bin") })
  }

  /// Whether a file in a checkpoint's folder is a part of it, or was to become one.
  private static func isPart(_ name: String, _ own: Set<String>) -> Bool {
    let name = AtomicFile.target(ofPartial: name) ?? name
    return fileNames.contains(name) || own.contains(name)
  }

  /// Removes a checkpoint's files and its folder; what others put there stays, and the folder then too.
  static func remove(_ folder: URL) {
    let own = ownNames(in: folder)
    AtomicFile.removeFolder(folder) { isPart($0, own) }
  }

  /// Whether some of the files are there, but not all.
  package var isDamaged: Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return !isComplete && names.contains { Self.isPart($0, []) }
  }

  /// Whether a file or folder beside checkpoints is what an interrupted write left.
  package static func isUnfinished(_ name: String) -> Bool {
    name.hasSuffix(".partial") && Int(name.dropLast(".partial".count)) != nil
  }

  /// Whether none of the files is missing.
  var isComplete: Bool {
    [parameters, optimizer, state].allSatisfy { FileManager.default.fileExists(atPath: $0.path) }
  }

  /// What tells the folder from another that has its name: nil where there is none.
  package var mark: FolderMark? { FolderMark(url) }

  /// The checkpoint in a folder; nil where the folder is not named as checkpoints are.
  package init?(at url: URL) {
    guard let step = Int(url.lastPathComponent), step >= 0, "\(step)" == url.lastPathComponent
    else { return nil }
    self.step = step
    self.url = url
  }
}

extension RunFolder {
  /// The complete checkpoints in ascending order of steps.
  package func completeCheckpoints() -> [Checkpoint] {
    // A run that saves takes the old one away when the new one is there: a list that was read between
    // the two may name the old one alone.
    for _ in 0..<Self.mostLooks {
      let named = namedCheckpoints()
      let complete = named.filter(\.isComplete)
      if !complete.isEmpty || named.isEmpty { return complete.sorted { $0.step < $1.step } }
    }
    return []
  }

  /// How often is looked again at what a run may be changing.
  private static let mostLooks = 100

  private func namedCheckpoints() -> [Checkpoint] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    return names.compactMap { Checkpoint(at: checkpoints.appendingPathComponent($0)) }
  }

  /// The folders that are named as checkpoints are and lack a file. What a run writes or takes away at
  /// the same time is not among them.
  package func incompleteCheckpoints() -> [Checkpoint] {
    namedCheckpoints().filter { checkpoint in
      let mark = checkpoint.mark
      return mark != nil && checkpoint.isDamaged && checkpoint.mark == mark
    }.sorted { $0.step < $1.step }
  }

  /// Writes a checkpoint that appears whole or not at all.
  ///
  /// A complete checkpoint of that step stays as it is, for the same run made it, unless it is to be
  /// replaced.
  /// - Parameters:
  ///   - step: Environment steps that have been made.
  ///   - replacing: Whether a complete checkpoint of that step gives its place all the same: one of
  ///     a run that was stopped in the midst of the step.
  ///   - keeping: Which checkpoints are left in the end.
  ///   - body: Writes the files of the checkpoint that it is given, each synced to the disk.
  /// - Returns: Whether it was written.
  /// - Throws: `FileError`, with the other checkpoints untouched; what `body` throws.
  @discardableResult
  package func writeCheckpoint(
    step: Int, replacing: Bool = false, keeping: CheckpointRetention = CheckpointRetention(),
    _ body: (Checkpoint) throws -> Void
  ) throws -> Bool {
    let url = checkpoints.appendingPathComponent("\(step)")
    let isThere = Checkpoint(at: url)?.isComplete == true
    let isNew = !isThere || replacing
    if isNew {
      let partial = checkpoints.appendingPathComponent("\(step).partial")
      Checkpoint.remove(partial)
      // Not the folders above: where they are gone, so is the run.
      guard mkdir(partial.path, 0o777) == 0 else { throw FileError(opening: partial.path, errno) }
      try body(Checkpoint(step: step, url: partial))
      AtomicFile.synchronizeFolder(partial)
      if isThere {
        // Where that cannot be, the old one stays, from which a run comes to the same.
        guard AtomicFile.exchange(partial, url) else { return false }
      } else {
        Checkpoint.remove(url)
        moveContents(of: url, to: partial)
        try AtomicFile.move(partial, to: url)
      }
      AtomicFile.synchronizeFolder(checkpoints)
    }
    removeCheckpoints(except: keeping)
    return isNew
  }

  /// Takes along what others put into a checkpoint's folder.
  private func moveContents(of folder: URL, to target: URL) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
      try? AtomicFile.move(
        folder.appendingPathComponent(name), to: target.appendingPathComponent(name))
    }
  }

  /// Removes old checkpoints and what interrupted writes left. Failing to is no harm.
  private func removeCheckpoints(except retention: CheckpointRetention) {
    let old = completeCheckpoints().dropLast(max(retention.newest, 1))
    for checkpoint in old where !retention.keeps(checkpoint.step) {
      // Under another name first: a checkpoint that is half removed must not look like one.
      let doomed = checkpoint.url.appendingPathExtension("partial")
      Checkpoint.remove(doomed)
      try? AtomicFile.move(checkpoint.url, to: doomed)
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    for name in names where Checkpoint.isUnfinished(name) {
      let doomed = checkpoints.appendingPathComponent(name)
      Checkpoint.remove(doomed)
      // What others put there keeps its name.
      if FileManager.default.fileExists(atPath: doomed.path) {
        try? AtomicFile.move(doomed, to: doomed.deletingPathExtension())
      }
    }
  }

  /// The checkpoint that a command's argument means, and the run that it is in; nil where it was taken
  /// along alone.
  /// - Parameter url: A run folder, for its newest checkpoint, or a checkpoint's folder.
  /// - Throws: `FileError` of kind `missing`, where there is no such folder or nothing complete in
  ///   it; `malformed`, where it is a file, or a checkpoint that does not tell its step.
  package static func locate(_ url: URL) throws -> (run: RunFolder?, checkpoint: Checkpoint) {
    let url = url.standardizedFileURL
    let kind = try FileKind.of(url)
    guard kind == .folder else {
      throw FileError(
        kind == nil ? .missing : .malformed, path: url.path,
        what: kind == nil ? "there is no such folder" : "is a file",
        remedy: "name a run folder or a checkpoint in it")
    }
    let parent = url.deletingLastPathComponent()
    if parent.lastPathComponent == "checkpoints", let checkpoint = Checkpoint(at: url) {
      guard checkpoint.isComplete else { throw incomplete(url, "is not a complete checkpoint") }
      return (RunFolder(at: parent.deletingLastPathComponent()), checkpoint)
    }
    if Checkpoint.isOne(url) { return (nil, try Checkpoint(alone: url)) }
    let run = RunFolder(at: url)
    guard let newest = run.completeCheckpoints().last else {
      try run.checkAccess()
      throw incomplete(url, "holds no complete checkpoint")
    }
    return (run, newest)
  }

  /// Reads what a command's argument means, and looks again where the run has put a newer checkpoint in
  /// the place of that which was being read.
  ///
  /// - Parameters:
  ///   - url: as of ``locate(_:)``.
  ///   - body: reads the checkpoint. Whatever it throws of one that is gone by then is not believed.
  /// - Throws: as ``locate(_:)``; what `body` throws.
  package static func reading<Result>(
    _ url: URL, _ body: (RunFolder?, Checkpoint) throws -> Result
  ) throws -> Result {
    for _ in 1..<mostLooks {
      let (run, checkpoint) = try locate(url)
      let mark = checkpoint.mark
      do {
        return try body(run, checkpoint)
      } catch  where mark == nil || checkpoint.mark != mark {
        continue
      }
    }
    let (run, checkpoint) = try locate(url)
    return try body(run, checkpoint)
  }

  /// Refuses to take what may not be looked at for what is not there.
  ///
  /// - Throws: `FileError` of kind `system`.
  package func checkAccess() throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints.path)) ?? []
    let own = names.compactMap { Checkpoint(at: checkpoints.appendingPathComponent($0))?.url }
    for folder in [url, checkpoints] + own
    where access(folder.path, R_OK | X_OK) != 0 && errno == EACCES {
      throw FileError(reading: folder.path)
    }
  }

  private static func incomplete(_ url: URL, _ what: String) -> FileError {
    FileError(
      .missing, path: url.path, what: what,
      remedy: "train longer, or name a run folder that has checkpoints/<step>")
  }
}

extension Checkpoint {
  fileprivate init(step: Int, url: URL) {
    self.step = step
    self.url = url
  }

  /// Whether a folder is a checkpoint's, whatever its name.
  package static func isOne(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: parameters(in: folder).path)
  }

  /// A checkpoint that was taken along, and so may have any name.
  fileprivate init(alone url: URL) throws {
    self.init(step: 0, url: url)
    for file in [parameters, optimizer, state] {
      guard FileManager.default.fileExists(atPath: file.path) else {
        throw FileError(
          .missing, path: file.path, what: "there is no such file",
          remedy: "copy the checkpoint's whole folder")
      }
    }
    guard let step = CheckpointState.step(in: state) else {
      throw FileError(
        .malformed, path: state.path, what: "is damaged", remedy: "copy the checkpoint again")
    }
    self.init(step: step, url: url)
  }
}

/// Tells a folder from another that is put in its place, and from itself with other files in it.
package struct FolderMark: Equatable, Sendable {
  private let device: UInt64
  private let number: UInt64
  private let changed: [Int]

  fileprivate init?(_ url: URL) {
    var status = stat()
    guard stat(url.path, &status) == 0 else { return nil }
    (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
    changed = [Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec)]
  }
}
