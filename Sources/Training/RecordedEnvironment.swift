import EnvironmentInterface
import Files
import Foundation
import NeuralNetworks
import Randomness

/// An environment that writes each episode to a file of its own.
///
/// `<world>-<key of the episode>.safetensors`, whole or not at all, when the episode ends or is
/// abandoned for the next: the observations under their names `[steps + 1, …]`, `action`
/// `[steps + 1, …]` (what was done on seeing the row; zeros at the last), `reward`, `is_first`,
/// `is_last` and `is_terminal` `[steps + 1]`. An episode is named by its key, so that copies of a
/// world do not write over each other's. Actions stand as they were given: around a driven world, in
/// units of the bounds and not clipped, as replay keeps them.
public struct RecordedEnvironment<Base: Environment>: EnvironmentWrapper {
  public var base: Base
  private let folder: URL
  private let spaces: [ObservationSpace]
  private var key = Key(seed: 0)
  private var steps: [Step] = []
  private var actions: [Action] = []
  /// All rows after each other, by image and by vector.
  private var images: [[UInt8]] = []
  private var vectors: [[Float]] = []

  public init(_ base: Base, in folder: URL) {
    self.base = base
    self.folder = folder
    spaces = base.observationSpaces
  }

  /// - Throws: what the base throws; `FileError` where the episode before cannot be written.
  public mutating func reset(key: Key, into observation: inout Observation) throws -> Step {
    if let last = steps.last, !last.isLast, steps.count > 1 { try write() }
    let step = try base.reset(key: key, into: &observation)
    self.key = key
    (steps, actions) = ([], [])
    images = observation.images.map { _ in [] }
    vectors = observation.vectors.map { _ in [] }
    append(step, observation)
    return step
  }

  /// - Throws: what the base throws; `FileError` where the episode cannot be written.
  public mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    let step = try base.step(action, into: &observation)
    actions.append(action)
    append(step, observation)
    if step.isLast { try write() }
    return step
  }

  private mutating func append(_ step: Step, _ observation: Observation) {
    steps.append(step)
    for index in images.indices { images[index].append(contentsOf: observation.images[index]) }
    for index in vectors.indices { vectors[index].append(contentsOf: observation.vectors[index]) }
  }

  private func write() throws {
    var file = SafeTensors(metadata: ["environment": id, "format": "episode 1"])
    var (imageIndex, vectorIndex) = (0, 0)
    for space in spaces {
      if case .image(let height, let width, let channels) = space.kind {
        file[space.name] = .init(
          shape: [steps.count, height, width, channels], values: .uint8(images[imageIndex]))
        imageIndex += 1
      } else {
        file[space.name] = .init(
          shape: [steps.count, space.count], values: .float32(vectors[vectorIndex]))
        vectorIndex += 1
      }
    }
    file["action"] = actionEntry
    file["reward"] = .init(shape: [steps.count], values: .float32(steps.map { Float($0.reward) }))
    for (name, flag) in [
      ("is_first", \Step.isFirst), ("is_last", \.isLast), ("is_terminal", \.isTerminal),
    ] {
      let flags = steps.map { $0[keyPath: flag] ? 1 as UInt8 : 0 }
      file[name] = .init(shape: [steps.count], values: .uint8(flags))
    }
    try makeFolder()
    let world = id.replacingOccurrences(of: "/", with: "-")
    let name = "\(world)-\(String(key.value, radix: 16)).safetensors"
    try file.write(to: folder.appendingPathComponent(name))
  }

  private var actionEntry: SafeTensors.Entry {
    switch actionSpace {
    case .discrete:
      let numbers = actions.map { action -> Int32 in
        if case .discrete(let index) = action { Int32(index) } else { 0 }
      }
      return .init(shape: [steps.count], values: .int32(numbers + [0]))
    case .continuous(let low, _):
      let rows = actions.flatMap { action -> [Float] in
        if case .continuous(let values) = action { values } else { low.map { _ in 0 } }
      }
      return .init(
        shape: [steps.count, low.count], values: .float32(rows + low.map { _ in 0 }))
    }
  }

  private func makeFolder() throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(writing: folder.path, error)
    }
  }
}
