import Agents
import Configuration
import EnvironmentInterface
import Foundation
import Kernels
import NeuralNetworks
import PeerVerification
import TrainedAgents
import WorldModels

/// A file of tensors that the authors' code made of given parameters and a given batch, with every
/// draw replaced by a fixed point of its distribution.
package struct GoldenFile: Sendable {
  /// The facts of the metadata entry `spec` that are used.
  struct Specification: Decodable, Sendable {
    let action: String
    let n: Int
    let B: Int
    let T: Int
    let lr: Double
    let updates: Int
  }

  let name: String
  let tensors: SafeTensors
  let specification: Specification
  let configuration: AgentConfiguration
  let spaces: [ObservationSpace]
  let actionSpace: ActionSpace
  /// K + T.
  let rows: Int

  /// Standard deviations above the mean of what stands for a draw from a normal distribution.
  static let deviations: Float = 0.7

  /// - Throws: `SafeTensorsError`, `ConfigurationError`, or ``GoldenFileError``.
  package init(contentsOf url: URL) throws {
    try self.init(SafeTensors(contentsOf: url), name: url.lastPathComponent)
  }

  /// - Parameter name: what errors call the file.
  package init(_ tensors: SafeTensors, name: String) throws {
    self.name = name
    self.tensors = tensors
    guard let spec = tensors.metadata["spec"], let agent = tensors.metadata["agent"] else {
      throw GoldenFileError(
        file: name, problem: "its metadata has no `spec` and `agent`",
        remedy: "give a file as the golden README describes it")
    }
    do {
      specification = try JSONDecoder().decode(Specification.self, from: Data(spec.utf8))
    } catch {
      throw GoldenFileError(
        file: name, problem: "its metadata entry `spec` cannot be read",
        remedy: "write action, n, B, T, lr and updates into it")
    }
    try specification.check(tensors, file: name)
    try tensors.checkFinite(file: name)
    do {
      configuration = try AgentConfiguration(reference: agent, file: name)
    } catch {
      throw GoldenFileError(
        file: name, problem: "its metadata entry `agent` cannot be used: \(error)",
        remedy: GoldenFileError.copyAgain)
    }
    actionSpace =
      specification.action == "discrete"
      ? .discrete(count: specification.n)
      : .continuous(
        low: Array(repeating: -1, count: specification.n),
        high: Array(repeating: 1, count: specification.n))
    let reward = try tensors.entry("batch/reward", of: name).shape
    guard reward.count == 2, reward[0] == specification.B, reward[1] >= specification.T else {
      throw GoldenFileError(
        file: name,
        problem: "batch/reward has shape \(reward) instead of \(specification.B) sequences of "
          + "\(specification.T) rows or more", remedy: GoldenFileError.copyAgain)
    }
    rows = reward[1]
    spaces = try Self.spaces(of: tensors, name: name)
    try checkBatch()
  }

  /// K: rows before the train rows.
  var context: Int { rows - specification.T }

  // MARK: observations

  private static let reserved: Set<String> = [
    "action", "consec", "stepid", "reward", "is_first", "is_last", "is_terminal", "dyn/deter",
    "dyn/stoch",
  ]

  /// Every observation of the batch, its kind by its type and rank.
  private static func spaces(of tensors: SafeTensors, name: String) throws -> [ObservationSpace] {
    let keys = tensors.names.compactMap { key -> String? in
      guard key.hasPrefix("batch/") else { return nil }
      let observation = String(key.dropFirst("batch/".count))
      return reserved.contains(observation) ? nil : observation
    }
    return try keys.sorted().map { key in
      let entry = try tensors.entry("batch/\(key)", of: name)
      let shape = Array(entry.shape.dropFirst(2))
      guard entry.shape.count >= 2, entry.values.count > 0 else {
        throw GoldenFileError(
          file: name, problem: "batch/\(key) has shape \(entry.shape), in which there is nothing",
          remedy: GoldenFileError.copyAgain)
      }
      switch entry.values {
      case .uint8 where shape.count == 3:
        return ObservationSpace(
          name: key, kind: .image(height: shape[0], width: shape[1], channels: shape[2]))
      case .float32, .float64:
        return ObservationSpace(name: key, kind: .vector(count: shape.reduce(1, *)))
      default:
        let count = shape.reduce(1, *)
        let width = tensors["param/dec/vec/\(key)/logits/bias"]?.shape.last ?? count
        return ObservationSpace(
          name: key, kind: .discrete(count: count, classes: max(width / count, 1)))
      }
    }
  }

  // MARK: the batch

  func makeBatch() throws -> SequenceBatch {
    func flags(_ key: String) throws -> [Bool] {
      try entry("batch/\(key)").doubles.map { $0 != 0 }
    }
    let images = try spaces.filter(\.isImage).map {
      ByteStorage(try entry("batch/\($0.name)").bytes ?? [])
    }
    let vectors = try spaces.filter { !$0.isImage }.map {
      try entry("batch/\($0.name)").doubles.map { Float($0) }
    }
    return SequenceBatch(
      size: specification.B, length: specification.T, context: context, images: images,
      vectors: vectors, previousActions: try previousActions(),
      rewards: try entry("batch/reward").doubles.map { Float($0) },
      isFirst: try flags("is_first"), isLast: try flags("is_last"),
      isTerminal: try flags("is_terminal"),
      initialDeter: try carry("dyn/deter"),
      initialStoch: try carry("dyn/stoch"))
  }

  /// The action of the row before each train row; zero where there is none.
  private func previousActions() throws -> [Float] {
    let actions = try entry("batch/action").doubles.map { Float($0) }
    let width = actionSpace.storedCount
    return (0..<specification.B).flatMap { b in
      (context..<rows).flatMap { row -> [Float] in
        guard row > 0 else { return Array(repeating: 0, count: width) }
        let start = (b * rows + row - 1) * width
        return Array(actions[start..<start + width])
      }
    }
  }

  /// The stored latent of the last context row of each sequence.
  private func carry(_ key: String) throws -> [Float] {
    let values = try entry("batch/\(key)").doubles.map { Float($0) }
    let width = values.count / (specification.B * rows)
    return (0..<specification.B).flatMap { b -> [Float] in
      guard context > 0 else { return Array(repeating: 0, count: width) }
      let start = (b * rows + context - 1) * width
      return Array(values[start..<start + width])
    }
  }

  func entry(_ key: String) throws -> SafeTensors.Entry { try tensors.entry(key, of: name) }

  // MARK: the learner

  /// An agent with the file's parameters, as it was before the first update.
  func makeLearner(shards: Int) throws -> Learner {
    let agent = try makeAgent()
    for entry in agent.parameters.entries {
      let values = try self.entry("param/\(entry.name)")
      guard values.shape == entry.shape, let floats = values.floats else {
        throw GoldenFileError(
          file: name,
          problem: "param/\(entry.name) has shape \(values.shape) instead of \(entry.shape)",
          remedy: "check that its configuration describes its parameters")
      }
      agent.parameters[entry].copy(from: floats)
    }
    let learner = Learner(agent: agent, shards: shards)
    for normalizer in AgentState.normalizers {
      for (stored, path) in learner.state[keyPath: normalizer.path].stored {
        let value = try number("param/\(normalizer.name)/\(stored)/value")
        learner.state[keyPath: normalizer.path][keyPath: path] = Float(value)
      }
    }
    let count = "param/slowval_count/value"
    guard let number = Int(exactly: try number(count)), 0..<Int(Int32.max) ~= number else {
      throw GoldenFileError(
        file: name, problem: "\(count) is no number of updates",
        remedy: GoldenFileError.copyAgain)
    }
    learner.state.slowValueCount = number
    return learner
  }

  private func makeAgent() throws -> Agent {
    do {
      return try Agent(
        configuration, spaces: spaces, actionSpace: actionSpace, key: .init(seed: 0))
    } catch let error as BLASError {
      throw error
    } catch {
      throw GoldenFileError(
        file: name, problem: "its batch and its metadata make no agent: \(error)",
        remedy: GoldenFileError.copyAgain)
    }
  }
}
