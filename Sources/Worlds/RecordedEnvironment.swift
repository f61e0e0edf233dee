import EnvironmentInterface
import Files
import Foundation
import Randomness

/// An environment that writes each episode to a file of its own.
///
/// `<world>-<key of the episode>.safetensors` holds an ``EpisodeRecord``, whole or not at all, when the
/// episode ends or is abandoned for the next. An episode is named by its key, so that copies of a
/// world do not write over each other's. Actions stand as they were given: around a driven world, in
/// units of the bounds and not clipped, as replay keeps them.
public struct RecordedEnvironment<Base: Environment>: EnvironmentWrapper {
  /// The environment whose episodes are written.
  public var base: Base
  private let folder: URL
  private let spaces: [ObservationSpace]
  private var key = Key(seed: 0)
  private var record: EpisodeRecord?

  /// - Parameter folder: is made when there is an episode to write.
  public init(_ base: Base, in folder: URL) {
    self.base = base
    self.folder = folder
    spaces = base.observationSpaces
  }

  /// - Throws: what the base throws; `FileError` where the episode before cannot be written.
  public mutating func reset(key: Key, into observation: inout Observation) throws -> Step {
    if let record, let last = record.steps.last, !last.isLast, record.steps.count > 1 {
      try write(record)
    }
    let step = try base.reset(key: key, into: &observation)
    self.key = key
    record = EpisodeRecord(step, observation)
    return step
  }

  /// - Throws: what the base throws; `FileError` where the episode cannot be written.
  public mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    let step = try base.step(action, into: &observation)
    record?.append(action, step, observation)
    if step.isLast, let record { try write(record) }
    return step
  }

  private func write(_ record: EpisodeRecord) throws {
    try makeFolder()
    let name = "\(ForeignText.fileName(id))-\(String(key.value, radix: 16)).safetensors"
    try record.write(
      to: folder.appendingPathComponent(name), environment: id, spaces: spaces,
      actionSpace: actionSpace)
  }

  private func makeFolder() throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(writing: folder.path, error)
    }
  }
}
