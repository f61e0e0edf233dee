import Configuration
import Agents
import EnvironmentInterface
import Files
import Foundation
import Kernels
import NeuralNetworks
import ReplayBuffers
import Telemetry

/// What a checkpoint's `state.json` holds.
struct SavedState: Codable, Equatable {
  static let currentVersion = 3
  /// Of the file's layout; `Experiments/Exchange/exchange.py` writes it too.
  var version = SavedState.currentVersion
  /// Environment steps.
  var step: Int
  /// Whether the run had made all its steps.
  var isFinished: Bool
  var agent: AgentState
  /// Nil where the checkpoint was converted from another program's: it is no run to go on with.
  var run: RunState?
  /// XXH64 of the other files by their names, and of this one with zeros in its place. Nil where the
  /// checkpoint was converted.
  var files: [String: String]?
  var checksum: String?
  /// What the run was computed with when it was saved; nil where that is not known.
  var arithmetic: String?

  /// What the checkpoint's replay was saved with; nil for those of before, which was saved with nothing.
  var ownerOfReplay: String? { files?["config.yaml"] == nil ? nil : checksum }

  static let noChecksum = String(repeating: "0", count: 16)
}

extension SavedState {
  /// What a user should know who goes on with the run here; nil where nothing has changed.
  var arithmeticNote: String? {
    guard let arithmetic, arithmetic != Arithmetic.description else { return nil }
    return "this run was saved on \(arithmetic), and goes on with \(Arithmetic.description): its "
      + "last bits may differ from those of an uninterrupted run"
  }
}

/// What is read of a file of any version.
private struct SavedVersion: Decodable { var version: Int }

/// Saves learners to checkpoints and restores them.
///
/// Parameters stand under the reference's names, the slow critic's and the normalisers' among them,
/// so that weights can be exchanged with it.
extension Checkpoint {
  /// - Parameter configuration: the run's.
  func write(
    _ learner: Learner, _ replay: Replay, _ configuration: TrainingConfiguration, step: Int,
    isFinished: Bool, run: RunState
  ) throws {
    try makeParameters(learner).write(to: parameters)
    var averages = SafeTensors()
    for (name, shape, values) in learner.optimizer.state {
      averages.entries[name] = .init(shape: shape, values: .float32(values.array))
    }
    try averages.write(to: optimizer)
    var portable = configuration
    // Of the machine that trained, and of no effect.
    portable.run.threads = 0
    try AtomicFile.write(Data(portable.text(ofRun: run.identity).utf8), to: self.configuration)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let saved = SavedState(
      step: step, isFinished: isFinished, agent: learner.state, run: run,
      files: Dictionary(
        uniqueKeysWithValues: try [parameters, optimizer, self.configuration].map {
          ($0.lastPathComponent, Self.text(try AtomicFile.read($0).checksum))
        }), checksum: SavedState.noChecksum, arithmetic: Arithmetic.description)
    let unsealed = String(decoding: try encoder.encode(saved), as: UTF8.self)
    let sum = Self.text(Data(unsealed.utf8).checksum)
    let sealed = unsealed.replacingOccurrences(
      of: Self.seal(SavedState.noChecksum), with: Self.seal(sum))
    try AtomicFile.write(Data(sealed.utf8), to: state)
    try replay.save(to: self.replay, of: sum)
  }

  static func text(_ checksum: UInt64) -> String {
    let digits = String(checksum, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private static func seal(_ checksum: String) -> String { "\"checksum\":\"\(checksum)\"" }

  private func makeParameters(_ learner: Learner) -> SafeTensors {
    let store = learner.agent.parameters
    var file = SafeTensors()
    for entry in store.entries {
      file.entries[entry.name] = .init(
        shape: entry.shape, values: .float32(store[entry].array))
    }
    for (name, normalizer) in [
      ("retnorm", learner.state.returnNormalizer), ("valnorm", learner.state.valueNormalizer),
      ("advnorm", learner.state.advantageNormalizer),
    ] {
      for (stored, path) in normalizer.stored {
        file.entries["\(name)/\(stored)/value"] = .init(
          shape: [], values: .float32([normalizer[keyPath: path]]))
      }
    }
    file.entries["slowval_count/value"] = .init(
      shape: [], values: .int32([Int32(clamping: learner.state.slowValueCount)]))
    return file
  }

  /// - Throws: `FileError`, or ``RunFileError`` where it cannot be read.
  func readState() throws -> SavedState {
    let data = try AtomicFile.read(state)
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    if let version = try? decoder.decode(SavedVersion.self, from: data).version,
      version != SavedState.currentVersion
    {
      throw RunFileError(
        file: state.path,
        problem: "it is of version \(version), and this program reads \(SavedState.currentVersion)",
        remedy: "use the program that wrote it")
    }
    guard let saved = try? decoder.decode(SavedState.self, from: data),
      Self.isWhole(data, saved), saved.isPlausible
    else {
      throw RunFileError(
        file: state.path, problem: "it is damaged", remedy: "use another checkpoint")
    }
    return saved
  }

  /// Whether a state is what was written.
  private static func isWhole(_ data: Data, _ saved: SavedState) -> Bool {
    guard let checksum = saved.checksum else { return saved.run == nil }
    guard let text = String(data: data, encoding: .utf8) else { return false }
    let unsealed = text.replacingOccurrences(
      of: seal(checksum), with: seal(SavedState.noChecksum))
    return Self.text(Data(unsealed.utf8).checksum) == checksum
  }

  /// Refuses parameters and averages that are not those that were written with the state.
  func checkTensors(of saved: SavedState) throws {
    for file in [parameters, optimizer] { try check(AtomicFile.read(file), file, of: saved) }
  }

  /// Refuses a file that is not the one that was written with the state.
  func check(_ data: Data, _ file: URL, of saved: SavedState) throws {
    guard let sum = saved.files?[file.lastPathComponent] else { return }
    guard sum == Self.text(data.checksum) else {
      throw RunFileError(
        file: file.path, problem: "it is damaged: its checksum is not that of \(state.path)",
        remedy: "put back a copy of it, or use another checkpoint")
    }
  }

  /// The tensors of one of the checkpoint's files.
  ///
  /// - Throws: `SafeTensorsError`, `FileError`, or ``RunFileError`` where the file is not the one
  ///   that was written with the state.
  func readTensors(_ file: URL, of saved: SavedState) throws -> SafeTensors {
    let data = try AtomicFile.read(file)
    let tensors = try SafeTensors(data: data, file: file.path)
    try check(data, file, of: saved)
    return tensors
  }

  /// Puts the checkpoint's parameters into an agent.
  ///
  /// - Throws: ``RunFileError`` where names or shapes differ. The agent is then unchanged.
  fileprivate func restore(_ agent: Agent, from tensors: SafeTensors) throws {
    let store = agent.parameters
    try checkActions(of: tensors, against: agent)
    try load(
      store.entries.map { ($0.name, $0.shape, store[$0]) }, from: tensors, file: parameters)
  }

  /// Refuses an agent that chooses between other actions than its world has, as those of
  /// Dynamic-Obstacles were that this program once trained.
  private func checkActions(of tensors: SafeTensors, against agent: Agent) throws {
    guard case .discrete(let count) = agent.actionSpace,
      let found = tensors["pol/head/action/logits/bias"]?.shape, found.count == 1,
      found[0] != count
    else { return }
    throw RunFileError(
      file: parameters.path,
      problem: "its agent has \(found[0]) actions to choose from, and this world has \(count)",
      remedy: "use the program that trained it, or begin a new run with --from, which takes what "
        + "fits")
  }

  /// Puts the checkpoint's optimiser averages and counters into a learner, and its parameters into
  /// its agent.
  func restore(_ learner: Learner, from saved: SavedState) throws {
    let averages = try readTensors(optimizer, of: saved)
    try restore(learner.agent, from: readTensors(parameters, of: saved))
    try load(learner.optimizer.state, from: averages, file: optimizer)
    learner.state = saved.agent.adopting(learner.agent.configuration)
  }

  /// Checks all, then copies all.
  private func load(
    _ wanted: [(name: String, shape: [Int], values: Region)], from tensors: SafeTensors, file: URL
  ) throws {
    let found = try wanted.map { name, shape, _ -> [Float] in
      guard let entry = tensors[name] else {
        throw RunFileError(
          file: file.path, problem: "it has no tensor \(name)",
          remedy: "use a checkpoint of an agent with this run's configuration")
      }
      guard entry.shape == shape, let floats = entry.floats else {
        throw RunFileError(
          file: file.path, problem: "\(name) has shape \(entry.shape) instead of \(shape)",
          remedy: "use a checkpoint of an agent with this run's configuration")
      }
      return floats
    }
    for (target, values) in zip(wanted, found) { target.values.copy(from: values) }
  }
}

/// A trained agent with what is needed to play: loaded from a run folder or a checkpoint.
public struct TrainedAgent: Sendable {
  public let agent: Agent
  public let configuration: TrainingConfiguration
  /// Environment steps of its training.
  public let step: Int
  private let source: EnvironmentSource

  /// - Parameter step: environment steps of its training.
  public init(_ agent: Agent, configuration: TrainingConfiguration, step: Int) {
    self.agent = agent
    self.configuration = configuration
    self.step = step
    source = EnvironmentSource(configuration, own: nil)
  }

  /// - Parameters:
  ///   - url: a run folder, for its newest checkpoint, or a checkpoint's folder.
  ///   - makeEnvironment: makes a copy of the world of one's own that the agent was trained in; nil
  ///     for a bundled world.
  /// - Throws: `FileError`, `ConfigurationError`, `SafeTensorsError`, ``RunFileError``.
  public init(
    contentsOf url: URL, makeEnvironment: (@Sendable () throws -> any Environment)? = nil
  ) throws {
    self = try RunFolder.reading(url) { run, checkpoint in
      let opened = try OpenCheckpoint(checkpoint, in: run)
      // Before the agent is made, which takes a while: the run may go on.
      let parameters = try checkpoint.readTensors(checkpoint.parameters, of: opened.saved)
      return try TrainedAgent(opened, parameters, makeEnvironment)
    }
  }

  private init(
    _ opened: OpenCheckpoint, _ parameters: SafeTensors,
    _ makeEnvironment: (@Sendable () throws -> any Environment)?
  ) throws {
    let checkpoint = opened.checkpoint
    guard let (configuration, file) = opened.configurationOfAgent else {
      throw FileError(
        .missing, path: checkpoint.configuration.path, what: "there is no such file",
        remedy: "copy the run's config.yaml, two folders above its checkpoints, to there")
    }
    self.configuration = configuration
    source = EnvironmentSource(configuration, own: makeEnvironment)
    let world = try OpenCheckpoint.world(source, of: file)
    agent = try Agent(
      configuration.agent, spaces: world.observationSpaces, actionSpace: world.actionSpace,
      key: .init(seed: 0))
    try checkpoint.restore(agent, from: parameters)
    step = opened.saved.step
  }

  /// A new copy of the environment that the agent was trained in.
  public func makeEnvironment() throws -> any Environment { try source.make() }
}
