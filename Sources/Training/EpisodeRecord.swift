import EnvironmentInterface
import Foundation
import NeuralNetworks

/// An episode, or its beginning: what the world showed and what was done.
public struct EpisodeRecord: Sendable, Equatable {
  /// How the episode stood at each row; the first row is the reset.
  public private(set) var steps: [Step] = []
  /// What was done on seeing each row but the last.
  public private(set) var actions: [Action] = []
  /// `[rows, height, width, channels]` for each image space.
  public private(set) var images: [[UInt8]]
  /// `[rows, count]` for each other space.
  public private(set) var vectors: [[Float]]

  /// Begins a record with the reset.
  public init(_ first: Step, _ observation: Observation) {
    images = observation.images.map { _ in [] }
    vectors = observation.vectors.map { _ in [] }
    append(first, observation)
  }

  /// Adds what came of an action.
  public mutating func append(_ action: Action, _ step: Step, _ observation: Observation) {
    actions.append(action)
    append(step, observation)
  }

  /// The first rows.
  public func prefix(_ rows: Int) -> EpisodeRecord {
    var part = self
    for index in images.indices {
      part.images[index].removeLast(images[index].count / steps.count * max(steps.count - rows, 0))
    }
    for index in vectors.indices {
      part.vectors[index].removeLast(
        vectors[index].count / steps.count * max(steps.count - rows, 0))
    }
    part.steps = Array(steps.prefix(rows))
    part.actions = Array(actions.prefix(max(rows - 1, 0)))
    return part
  }

  private mutating func append(_ step: Step, _ observation: Observation) {
    steps.append(step)
    for index in images.indices { images[index].append(contentsOf: observation.images[index]) }
    for index in vectors.indices { vectors[index].append(contentsOf: observation.vectors[index]) }
  }
}

// MARK: - files

/// The file format of recorded episodes: the observations under their names `[rows, …]`, `action`
/// `[rows, …]` (what was done on seeing the row; zeros at the last), `reward`, `is_first`, `is_last`
/// and `is_terminal` `[rows]`.
extension EpisodeRecord {
  private static let format = "episode 1"

  private static let flags: [(name: String, flag: KeyPath<Step, Bool> & Sendable)] = [
    ("is_first", \Step.isFirst), ("is_last", \.isLast), ("is_terminal", \.isTerminal),
  ]

  /// Writes the episode to a file that appears whole or not at all.
  ///
  /// - Parameter environment: the id of the world.
  /// - Throws: `FileError`.
  public func write(
    to url: URL, environment: String, spaces: [ObservationSpace], actionSpace: ActionSpace
  ) throws {
    var file = SafeTensors(metadata: ["environment": environment, "format": Self.format])
    let rows = steps.count
    var (imageIndex, vectorIndex) = (0, 0)
    for space in spaces {
      if case .image(let height, let width, let channels) = space.kind {
        file[space.name] = .init(
          shape: [rows, height, width, channels], values: .uint8(images[imageIndex]))
        imageIndex += 1
      } else {
        file[space.name] = .init(
          shape: [rows, space.count], values: .float32(vectors[vectorIndex]))
        vectorIndex += 1
      }
    }
    file["action"] = actionEntry(actionSpace)
    file["reward"] = .init(shape: [rows], values: .float32(steps.map { Float($0.reward) }))
    for (name, flag) in Self.flags {
      file[name] = .init(
        shape: [rows], values: .uint8(steps.map { $0[keyPath: flag] ? 1 : 0 }))
    }
    try file.write(to: url)
  }

  private func actionEntry(_ space: ActionSpace) -> SafeTensors.Entry {
    switch space {
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

  /// Reads a recorded episode of a world with these spaces.
  ///
  /// - Throws: `FileError`; `SafeTensorsError` where it is no such file; ``RunFileError`` where it
  ///   is another kind of file, or of a world with other spaces.
  public init(
    contentsOf url: URL, spaces: [ObservationSpace], actionSpace: ActionSpace
  ) throws {
    try self.init(
      SafeTensors(contentsOf: url), file: url, spaces: spaces, actionSpace: actionSpace)
  }

  /// - Parameter url: what errors call the file.
  init(
    _ tensors: SafeTensors, file url: URL, spaces: [ObservationSpace], actionSpace: ActionSpace
  ) throws {
    let file = try EpisodeFile(tensors, file: url, format: Self.format)
    (images, vectors) = ([], [])
    for space in spaces {
      if case .image(let height, let width, let channels) = space.kind {
        images.append(try file.values(space.name, [height, width, channels], \.bytes))
      } else {
        vectors.append(try file.values(space.name, [space.count], \.narrowed))
      }
    }
    switch actionSpace {
    case .discrete:
      actions = try file.values("action", [], \.integers).dropLast().map { .discrete($0) }
    case .continuous(let low, _):
      let values = try file.values("action", [low.count], \.narrowed)
      actions = (0..<file.rows - 1).map {
        .continuous(Array(values[$0 * low.count..<($0 + 1) * low.count]))
      }
    }
    let rewards = try file.values("reward", [], \.narrowed)
    let flags = try Self.flags.map { try file.values($0.name, [], \.integers) }
    steps = (0..<file.rows).map { row in
      Step(
        reward: Double(rewards[row]), isFirst: flags[0][row] != 0, isLast: flags[1][row] != 0,
        isTerminal: flags[2][row] != 0)
    }
  }
}

/// A recorded episode's arrays, each of them checked.
private struct EpisodeFile {
  private let tensors: SafeTensors
  private let path: String
  /// At least 1.
  let rows: Int

  init(_ tensors: SafeTensors, file url: URL, format: String) throws {
    self.tensors = tensors
    path = url.path
    rows = tensors["reward"]?.shape.first ?? 0
    guard tensors.metadata["format"] == format, rows > 0 else {
      throw problem("it is no episode")
    }
  }

  /// - Parameter shape: of a row.
  func values<Value>(
    _ name: String, _ shape: [Int], _ values: (SafeTensors.Entry) -> [Value]?
  ) throws -> [Value] {
    guard let entry = tensors[name] else { throw problem("it has no “\(name)”") }
    guard entry.shape == [rows] + shape else {
      throw problem("“\(name)” has shape \(entry.shape) instead of \([rows] + shape)")
    }
    guard let values = values(entry) else { throw problem("“\(name)” is of another type") }
    return values
  }

  private func problem(_ what: String) -> RunFileError {
    RunFileError(
      file: path, problem: what,
      remedy: "name an episode that env.wrap.record wrote in the world of the run")
  }
}

extension SafeTensors.Entry {
  /// The elements as `Float`s, whatever they are.
  fileprivate var narrowed: [Float]? { floats ?? doubles.map(Float.init) }
}
