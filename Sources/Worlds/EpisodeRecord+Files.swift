import EnvironmentInterface
import Foundation
import NeuralNetworks
import Runs

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

  /// What was done on seeing each row; zeros at the last.
  private func actionEntry(_ space: ActionSpace) -> SafeTensors.Entry {
    let numbers = (actions.map(Optional.some) + [nil]).flatMap { space.stored($0) }
    guard case .continuous(let low, _) = space else {
      return .init(shape: [steps.count], values: .int32(numbers.map { Int32($0) }))
    }
    return .init(shape: [steps.count, low.count], values: .float32(numbers))
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

  /// As ``init(contentsOf:spaces:actionSpace:)``, of a file that was read already.
  ///
  /// - Parameter url: what errors call the file.
  package init(
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

extension EpisodeRecord {
  /// Reads a recorded episode of a world, or of one that looks the same, and looks at its numbers.
  ///
  /// - Throws: as the reading does; ``RunFileError`` where a number cannot be used.
  package init(usable file: URL, in world: any Environment) throws {
    try self.init(usable: SafeTensors(contentsOf: file), file: file, in: world)
  }

  private init(usable tensors: SafeTensors, file: URL, in world: any Environment) throws {
    try self.init(
      tensors, file: file, spaces: world.observationSpaces, actionSpace: world.actionSpace)
    let spaces = world.observationSpaces.filter { !$0.isImage }
    guard zip(spaces, vectors).allSatisfy({ $0.takes($1) }), steps.allSatisfy(\.reward.isFinite),
      actions.allSatisfy({ world.actionSpace.takes($0) })
    else {
      throw RunFileError(
        file: file.path, problem: "it holds an action or a number that this world does not know",
        remedy: "name episodes that env.wrap.record wrote in this world")
    }
  }

  /// Reads an episode that this very world was recorded in.
  ///
  /// - Throws: as the reading does; ``RunFileError`` where it is another world's, or a number cannot
  ///   be used.
  public init(contentsOf file: URL, of world: any Environment) throws {
    // Read once: it may come through a pipe.
    let tensors = try SafeTensors(contentsOf: file)
    if let other = tensors.metadata["environment"], other != world.id {
      throw RunFileError(
        file: file.path, problem: "it is an episode of \(other), not of \(world.id)",
        remedy: "name an episode that env.wrap.record wrote in the world of the run")
    }
    try self.init(usable: tensors, file: file, in: world)
  }
}

extension ActionSpace {
  /// Whether replay can hold an action: of a continuous space, also one beyond its bounds.
  fileprivate func takes(_ action: Action) -> Bool {
    if case .continuous(let values) = action { return values.allSatisfy(\.isFinite) }
    return objection(to: action) == nil
  }
}

extension ObservationSpace {
  /// Whether numbers are such as the space has, class numbers among them.
  fileprivate func takes(_ values: [Float]) -> Bool {
    guard case .discrete(_, let classes) = kind else { return values.allSatisfy(\.isFinite) }
    return values.allSatisfy { $0 >= 0 && $0 < Float(classes) && $0 == $0.rounded() }
  }
}
