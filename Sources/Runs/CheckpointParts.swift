import Files
import Foundation
import Kernels

/// What a checkpoint is to hold: files, and members of its `state.json`, each written by its owner.
package struct CheckpointParts {
  private var files: [(name: String, write: (URL) throws -> Void)] = []
  private var followers: [(name: String, write: (URL, String) throws -> Void)] = []
  private var members: [String: any Encodable] = [:]

  package init() {}

  /// Adds a file, whose checksum the state keeps.
  ///
  /// - Parameter write: brings it to the disk.
  package mutating func addFile(_ name: String, _ write: @escaping (URL) throws -> Void) {
    files.append((name, write))
  }

  /// Adds a file that is written when the state is, for it says which state it belongs to.
  ///
  /// - Parameter write: brings it to the disk; is given the state's checksum.
  package mutating func addFollower(
    _ name: String, _ write: @escaping (URL, String) throws -> Void
  ) {
    followers.append((name, write))
  }

  /// Adds a member of `state.json`: what is small, and needs no file of its own.
  package mutating func addMember(_ name: String, _ value: some Encodable) { members[name] = value }

  /// Writes all parts into the folder of a checkpoint.
  ///
  /// - Throws: `FileError`; what the owners throw.
  package func write(to checkpoint: Checkpoint, isFinished: Bool) throws {
    var sums: [String: String] = [:]
    for (name, write) in files {
      let url = checkpoint.url.appendingPathComponent(name)
      try write(url)
      sums[name] = try AtomicFile.read(url).checksumText
    }
    let sum = try CheckpointState.write(
      to: checkpoint.state, step: checkpoint.step, isFinished: isFinished, files: sums,
      members: members)
    for (name, write) in followers {
      try write(checkpoint.url.appendingPathComponent(name), sum)
    }
  }
}

// MARK: - reading

extension Checkpoint {
  /// - Throws: `FileError`, or ``RunFileError`` where it cannot be read.
  package func readState() throws -> CheckpointState { try CheckpointState(contentsOf: state) }

  /// Reads one of the checkpoint's files.
  ///
  /// - Throws: `FileError`, or ``RunFileError`` where the file is not the one that was written with the
  ///   state.
  package func read(_ file: URL, of state: CheckpointState) throws -> Data {
    let data = try AtomicFile.read(file)
    try check(data, file, of: state)
    return data
  }

  /// Refuses a file that is not the one that was written with the state.
  package func check(_ data: Data, _ file: URL, of state: CheckpointState) throws {
    guard let sum = state.files?[file.lastPathComponent] else { return }
    guard sum == data.checksumText else {
      throw RunFileError(
        file: file.path, problem: "it is damaged: its checksum is not that of \(self.state.path)",
        remedy: "put back a copy of it, or use another checkpoint")
    }
  }
}

extension Data {
  /// The checksum as digits of base 16.
  package var checksumText: String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
