import Agents
import Configuration
import EnvironmentInterface
import Files
import Foundation
import NeuralNetworks
import Runs
import Worlds

/// A checkpoint that is what it says it is: its state and its configuration were read and held against
/// each other and against the run that it is in. Everything that reads a checkpoint comes through here.
package struct OpenCheckpoint {
  package let checkpoint: Checkpoint
  package let state: CheckpointState
  package let agent: AgentState
  /// What of the run is known here; nil where another program's agent was converted.
  private let run: SavedRun?
  /// What the run's configuration was when it was saved. Nil where nobody says: agents of other programs
  /// come without.
  package let configuration: TrainingConfiguration?
  /// What the run's folder says that it is now; nil where it says nothing.
  package let ofRun: TrainingConfiguration?
  /// Where the first of them stands.
  private let file: URL

  /// Environment steps, and updates of the agent.
  package var step: Int { state.step }
  package var updates: Int { agent.updates }

  /// Whether it holds a run to go on with, and not an agent alone.
  package var holdsRun: Bool { run != nil }

  /// What the checkpoint's replay was saved with; nil for those of before, which was saved with nothing.
  package var ownerOfReplay: String? {
    state.files?[checkpoint.configuration.lastPathComponent] == nil ? nil : state.checksum
  }

  /// - Parameter run: the folder that it is in; nil where it was taken along alone.
  /// - Throws: ``RunFileError`` where something is of another step, checkpoint or run; `FileError` and
  ///   ``ConfigurationError`` where something cannot be read.
  package init(_ checkpoint: Checkpoint, in run: RunFolder?) throws {
    try self.init(checkpoint, in: run, isHeld: true, knowing: nil)
  }

  /// - Parameters:
  ///   - run: the folder that it is in; nil where it was taken along alone.
  ///   - isHeld: whether the run's configuration is asked at all: who tells by itself what is wrong with
  ///     that does not want it told again.
  ///   - known: a configuration that was read, and need not be understood again.
  /// - Throws: ``RunFileError`` where something is of another step, checkpoint or run; `FileError` and
  ///   ``ConfigurationError`` where something cannot be read.
  package init(
    _ checkpoint: Checkpoint, in run: RunFolder?, isHeld: Bool, knowing known: SavedConfiguration?
  ) throws {
    self.checkpoint = checkpoint
    state = try checkpoint.readState()
    guard let agent = try state.member("agent", as: AgentState.self), agent.isPlausible else {
      throw state.holds("frames")
        ? RunFileError(
          file: checkpoint.url.path, problem: "it is of a model of frames, not of an agent",
          remedy: "use `dreamer vae`") : state.damage
    }
    self.agent = agent
    self.run = try state.member("run", as: SavedRun.self)
    // A run of ours has one.
    if self.run != nil, state.checksum == nil { throw state.damage }
    guard state.step == checkpoint.step else {
      throw RunFileError(
        file: checkpoint.state.path,
        problem:
          "it is of step \(state.step), not of \(checkpoint.step); the folder was renamed or "
          + "its files come from several checkpoints",
        remedy: "give the folder its name back, or use another checkpoint", isOfAnother: true)
    }
    let own = try SavedConfiguration(ifThere: checkpoint.configuration, like: known) {
      [state] in try checkpoint.check($0, checkpoint.configuration, of: state)
    }
    if own == nil, state.files?[checkpoint.configuration.lastPathComponent] != nil {
      throw FileError(
        .missing, path: checkpoint.configuration.path, what: "there is no such file",
        remedy: "put back a copy of it, or use another checkpoint")
    }
    let asked = isHeld ? run : nil
    let theirs = try asked.flatMap {
      try SavedConfiguration(ifThere: $0.configuration, like: own ?? known)
    }
    if let run, let theirs {
      try theirs.hold(run.configuration, identity: self.run?.identity, checkpoint)
      if let own { try theirs.hold(run.configuration, against: own.configuration, checkpoint) }
    }
    configuration = own?.configuration ?? theirs?.configuration
    ofRun = theirs?.configuration
    file = own == nil ? run?.configuration ?? checkpoint.configuration : checkpoint.configuration
  }

  /// What a command's argument means, with the parameters of its agent.
  ///
  /// - Parameter url: a run folder, for its newest checkpoint, or a checkpoint's folder.
  /// - Throws: as ``init(_:in:)``; `SafeTensorsError`.
  static func withParameters(
    at url: URL
  ) throws -> (opened: OpenCheckpoint, parameters: SafeTensors) {
    try RunFolder.reading(url) { run, checkpoint in
      // Before all that takes a while: the run may go on, and take the checkpoint away.
      let data = try AtomicFile.read(checkpoint.parameters)
      let opened = try OpenCheckpoint(checkpoint, in: run)
      return (opened, try checkpoint.tensors(in: data, checkpoint.parameters, of: opened.state))
    }
  }

  /// What the agent's configuration is, and where it stands: how it is evaluated, and on what, is what
  /// the run's folder says now.
  var configurationOfAgent: (TrainingConfiguration, URL)? {
    guard var configuration else { return nil }
    if let ofRun { configuration.run = ofRun.run }
    return (configuration, file)
  }

  /// The world of a configuration.
  ///
  /// - Parameter file: where that stands.
  package static func world(_ source: EnvironmentSource, of file: URL) throws -> any Environment {
    do {
      return try source.make()
    } catch let error as UnknownEnvironment {
      throw RunFileError(
        file: file.path,
        problem: "its environment “\(error.id)” is not one of this program's",
        remedy: "use the program that trained it; `dreamer envs` lists what this one has")
    }
  }
}

/// What a checkpoint says of its run to those who do not go on with it.
private struct SavedRun: Decodable {
  /// ``TrainingConfiguration/identity(startingFrom:)``; nil in checkpoints of before.
  var identity: String?
}

extension AgentState {
  /// Whether its numbers are such as an agent can have; a file without a checksum can hold any.
  fileprivate var isPlausible: Bool {
    let normalizers = Self.normalizers.map { self[keyPath: $0.path] }
    return CheckpointState.counts ~= updates && 0..<Int(Int32.max) ~= slowValueCount
      && normalizers.allSatisfy { [$0.first, $0.second, $0.correction].allSatisfy(\.isFinite) }
  }
}

/// A file with the configuration of a run, which says which run's it is.
///
/// The first line is a comment, `# run 0123456789abcdef`: ``TrainingConfiguration/identity(startingFrom:)``.
/// Files of before, and those that somebody wrote anew, lack it.
package struct SavedConfiguration {
  package let configuration: TrainingConfiguration
  private let identity: String?
  private let data: Data

  /// - Parameters:
  ///   - other: one that was read, and need not be understood again where this is the same.
  ///   - check: looks at the file's bytes before they are believed.
  /// - Returns: nil where there is no such file.
  fileprivate init?(
    ifThere file: URL, like other: SavedConfiguration?, check: (Data) throws -> Void = { _ in }
  ) throws {
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    try self.init(contentsOf: file, like: other, check: check)
  }

  /// - Throws: `FileError`; ``ConfigurationError``; what `check` throws.
  package init(
    contentsOf file: URL, like other: SavedConfiguration? = nil,
    check: (Data) throws -> Void = { _ in }
  ) throws {
    data = try AtomicFile.read(file)
    try check(data)
    if let other, other.data == data {
      configuration = other.configuration
    } else {
      configuration = try TrainingConfiguration(contentsOf: file)
    }
    let line = String(decoding: data.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    identity = line.firstMatch(of: #/^# run ([0-9a-f]{16})\s*$/#).map { String($0.1) }
  }

  /// Refuses a file that says that it is another run's.
  fileprivate func hold(_ file: URL, identity own: String?, _ checkpoint: Checkpoint) throws {
    guard let identity, let own, identity != own else { return }
    throw RunFileError(
      file: file.path, problem: "it is of another run than \(checkpoint.url.path)",
      remedy: "put back the run's own, or take the checkpoint out of the folder", isOfAnother: true)
  }

  /// Refuses a file in which something was changed that is not for changing once a run has begun.
  fileprivate func hold(
    _ file: URL, against own: TrainingConfiguration, _ checkpoint: Checkpoint
  ) throws {
    guard configuration != own else { return }
    let differences =
      configuration.differencesOfState(from: own) + configuration.differencesOfShape(from: own)
    guard let difference = differences.first else { return }
    if difference.key == "task" {
      // Who lacks the world is told so.
      _ = try OpenCheckpoint.world(
        EnvironmentSource(task: configuration.task, configuration.env, own: nil), of: file)
    }
    throw RunFileError(
      file: file.path,
      problem: "\(difference.key) is \(difference.value) there, and \(difference.defaultValue) in "
        + checkpoint.configuration.path,
      remedy: "put back what it was, which does not change in a run",
      isOfAnother: true)
  }
}

extension TrainingConfiguration {
  /// The text of a run's `config.yaml`.
  package func text(ofRun identity: String?) -> String {
    (identity.map { "# run \($0)\n" } ?? "") + yaml()
  }

  /// What a run is begun with, as a number in base 16: the configuration, but for what changes nothing
  /// that is computed, and the parameters that it starts from. Runs that are the same in these are the
  /// same.
  package func identity(startingFrom weights: StartingWeights?) -> String {
    let text = ConfigurationTable(self).rows.filter { Self.decides($0.key) }
      .map { "\($0.key)=\($0.value.json)\n" }.joined()
    return Data((text + (weights?.identity ?? "")).utf8).checksumText
  }

  /// Whether a key's value changes what a run computes.
  private static func decides(_ key: String) -> Bool {
    if key.hasPrefix("run.") { return ["run.train_ratio", "run.envs", "run.shards"].contains(key) }
    return !key.hasPrefix("bench.") && key != "replay.memory" && key != "env.wrap.record"
  }
}
