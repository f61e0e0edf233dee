import Agents
import Files
import Foundation
import Kernels
import NeuralNetworks
import Runs

/// Parameters that a new agent begins with instead of random ones: those of a checkpoint, as far as
/// names and shapes are the same, of all modules or of some.
///
/// Nothing else of the checkpoint is used: replay, the optimiser's averages, normalisers and counters
/// begin afresh.
public struct StartingWeights: Sendable {
  private let tensors: SafeTensors
  private let file: URL
  /// What is taken; nil for all that fits.
  private let modules: Set<AgentModule>?
  /// What tells them from others.
  let identity: String

  /// - Parameters:
  ///   - url: a run folder, for its newest checkpoint; a checkpoint's folder; or a safetensors file of
  ///     parameters under the reference's names.
  ///   - modules: whose parameters are taken; nil for all that fit.
  /// - Throws: `FileError`, `SafeTensorsError`; ``RunFileError`` where a number is not finite.
  public init(contentsOf url: URL, modules: Set<AgentModule>? = nil) throws {
    self.modules = modules
    let (file, tensors, checksum) = try Self.read(url.standardizedFileURL)
    (self.file, self.tensors) = (file, tensors)
    identity = ([checksum] + (modules ?? []).map(\.rawValue).sorted()).joined(separator: " ")
    for name in tensors.names where tensors[name]?.isFinite == false {
      throw RunFileError(
        file: file.path, problem: "\(name) has numbers that are not finite",
        remedy: "use another checkpoint")
    }
  }

  private static func read(
    _ url: URL
  ) throws -> (file: URL, tensors: SafeTensors, checksum: String) {
    // Also what another program pipes in.
    let kind = try FileKind.of(url)
    let isFile = kind == .file || kind == .other || url.pathExtension == "safetensors"
    let state = url.appendingPathComponent("state.json").path
    if isFile || Checkpoint.isOne(url) && !FileManager.default.fileExists(atPath: state) {
      let file = isFile ? url : Checkpoint.parameters(in: url)
      let data = try AtomicFile.read(file)
      return (
        file, try SafeTensors(data: data, file: file.path), data.checksumText
      )
    }
    let (opened, tensors) = try OpenCheckpoint.withParameters(at: url)
    let file = opened.checkpoint.parameters
    return (file, tensors, opened.state.files?[file.lastPathComponent] ?? "\(opened.step)")
  }

  /// Copies what fits into an agent. A slow critic that does not fit as a whole begins as a copy of
  /// the critic.
  ///
  /// - Returns: what was taken and what was not, in words, a line for each kind.
  /// - Throws: ``RunFileError`` where nothing fits, or nothing of a module that was asked for; the
  ///   agent is then unchanged.
  public func apply(to agent: Agent) throws -> [String] {
    let fit = Fit(tensors, agent.parameters.entries, of: modules)
    if fit.taken.isEmpty {
      throw RunFileError(
        file: file.path, problem: "none of its tensors fits this agent",
        remedy: "give the presets and settings of the run that it is from")
    }
    for module in AgentModule.allCases where modules?.contains(module) == true {
      guard !fit.taken.contains(where: { AgentModule(ofParameter: $0.entry.name) == module })
      else { continue }
      throw RunFileError(
        file: file.path, problem: "none of its tensors is one of this agent's \(module.rawValue)",
        remedy: "leave \(module.rawValue) out of --modules, or give the presets and settings of "
          + "the run that it is from")
    }
    for (entry, values) in fit.taken { agent.parameters[entry].copy(from: values) }
    if fit.copiesCritic { agent.blendSlowValue(weight: 1) }
    return fit.notes(file, of: agent.parameters.entries)
  }
}

/// Which tensors of a file an agent can take.
private struct Fit {
  private(set) var taken: [(entry: ParameterStore.Entry, values: [Float])] = []
  private(set) var copiesCritic = false
  private var reshaped: [String] = []
  private var missing: [String] = []
  private var unused: [String] = []
  /// Modules that were not asked for.
  private let left: [AgentModule]

  /// - Parameter modules: that were asked for; nil for all.
  init(
    _ tensors: SafeTensors, _ entries: [ParameterStore.Entry], of modules: Set<AgentModule>?
  ) {
    left = AgentModule.allCases.filter { modules?.contains($0) == false }
    func isWanted(_ name: String) -> Bool {
      AgentModule(ofParameter: name).map { !left.contains($0) } ?? true
    }
    for entry in entries where isWanted(entry.name) {
      guard let found = tensors[entry.name] else {
        missing.append(entry.name)
        continue
      }
      if found.shape == entry.shape {
        taken.append((entry, found.doubles.map(Float.init)))
      } else {
        reshaped.append("\(entry.name) (\(found.shape) there, \(entry.shape) here)")
      }
    }
    let names = Set(entries.map(\.name))
    unused = tensors.names.filter {
      !names.contains($0) && AgentState.isNetwork($0) && isWanted($0)
    }
    let slow = entries.filter { Self.isSlow($0.name) }
    if taken.count(where: { Self.isSlow($0.entry.name) }) < slow.count {
      copiesCritic =
        taken.contains { AgentModule(ofParameter: $0.entry.name) == .value }
        || !left.contains(.slowValue)
      taken.removeAll { Self.isSlow($0.entry.name) }
      reshaped.removeAll(where: Self.isSlow)
      missing.removeAll(where: Self.isSlow)
    }
  }

  private static func isSlow(_ name: String) -> Bool { name.hasPrefix("slowval/") }

  func notes(_ file: URL, of entries: [ParameterStore.Entry]) -> [String] {
    let numbers = taken.reduce(0) { $0 + $1.values.count }
    let all = entries.reduce(0) { $0 + $1.parameter.count }
    var notes = [
      "starting from \(file.relativePath): it gives \(taken.count) of \(entries.count) tensors, "
        + "\(numbers) of \(all) parameters"
    ]
    add(left.map(\.rawValue), "left out by --modules, begun afresh", to: &notes)
    add(reshaped, "of another shape there, begun afresh", to: &notes)
    add(missing, "not there, begun afresh", to: &notes)
    add(unused, "there and of no use here", to: &notes)
    if copiesCritic { notes.append("the slow critic begins as a copy of the critic") }
    return notes
  }

  private func add(_ names: [String], _ title: String, to notes: inout [String]) {
    guard !names.isEmpty else { return }
    let more = names.count > 8 ? " and \(names.count - 8) more" : ""
    notes.append("\(title): \(names.prefix(8).joined(separator: ", "))\(more)")
  }
}

extension Agent {
  /// What a user should know of modules that do not learn.
  ///
  /// - Parameter hasWeights: whether the parameters are those of a checkpoint.
  package func frozenNotes(hasWeights: Bool) -> [String] {
    let names = configuration.frozen
    guard !names.isEmpty else { return [] }
    let all = parameters.trained.reduce(0) { $0 + $1.parameter.count }
    let notes = [
      "agent.frozen: \(names.joined(separator: ", ")) \(names.count > 1 ? "do" : "does") not "
        + "learn; \(parameters.learningCount) of \(all) parameters do"
    ]
    return hasWeights
      ? notes : notes + ["what is frozen stays at random numbers; give what it knows with --from"]
  }
}
