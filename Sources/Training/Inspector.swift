import Agents
import EnvironmentInterface
import Files
import Foundation
import NeuralNetworks
import ReplayBuffers
import Telemetry

/// Looks at a run, a checkpoint or a file of tensors as a whole, and goes on where something is
/// wrong.
public struct Inspector {
  public private(set) var inspection: Inspection
  private var agent: Agent?
  private var configuration: TrainingConfiguration?

  /// - Parameter url: a run folder, a checkpoint's folder, or a safetensors file.
  /// - Throws: `FileError` of kind `missing` where there is nothing to look at. Everything else that
  ///   is wrong becomes one of the inspection's problems.
  public init(_ url: URL) throws {
    inspection = Inspection(path: url.relativePath)
    let url = url.standardizedFileURL
    guard let kind = try FileKind.of(url) else {
      throw FileError(
        .missing, path: url.path, what: "there is no such file or folder",
        remedy: "name a run folder, a checkpoint in it or a safetensors file")
    }
    if kind != .folder {
      lookAtTensors(url)
    } else if let checkpoint = Checkpoint(at: url) {
      let parent = url.deletingLastPathComponent().deletingLastPathComponent()
      lookAtConfiguration(RunFolder(at: parent))
      lookAt(checkpoint, isNewest: true)
    } else {
      try lookAt(RunFolder(at: url))
    }
  }

  /// Notes what goes wrong.
  private mutating func attempt<Value>(_ body: () throws -> Value) -> Value? {
    do {
      return try body()
    } catch {
      inspection.problems.append("\(error)")
      return nil
    }
  }

  // MARK: a run

  private mutating func lookAt(_ run: RunFolder) throws {
    try run.checkAccess()
    guard run.holdsRun else {
      throw FileError(
        .missing, path: run.url.path, what: "holds no run",
        remedy: "name a run folder, a checkpoint in it or a safetensors file")
    }
    inspection.isRunning = run.isInUse
    lookAtConfiguration(run)
    let complete = run.completeCheckpoints()
    for checkpoint in complete {
      lookAt(checkpoint, isNewest: checkpoint == complete.last)
    }
    lookForUnfinished(run, complete)
    lookAtScores(run)
    lookAtEvents(run)
    if let newest = complete.last { lookAtReplay(run, newest) }
    inspection.replay = Self.size(of: run.replay)
  }

  private mutating func lookAtConfiguration(_ run: RunFolder) {
    guard
      let configuration = attempt({ try TrainingConfiguration(contentsOf: run.configuration) })
    else { return }
    self.configuration = configuration
    inspection.note(configuration)
    inspection.environment = configuration.task
    guard
      let world = attempt({ try EnvironmentRegistry.make(configuration.task, configuration.env) })
    else { return }
    inspection.note(world)
    agent = attempt {
      try Agent(
        configuration.agent, spaces: world.observationSpaces, actionSpace: world.actionSpace,
        key: .init(seed: 0))
    }
  }

  /// What a process that was ended left behind.
  private mutating func lookForUnfinished(_ run: RunFolder, _ complete: [Checkpoint]) {
    for name in Self.names(in: run.checkpoints) {
      let url = run.checkpoints.appendingPathComponent(name)
      if Checkpoint.isUnfinished(name) {
        if !inspection.isRunning { unfinished(url.path) }
      } else if Checkpoint(at: url)?.isDamaged == true {
        inspection.problems.append(
          "\(url.path): is not a complete checkpoint; remove it, the others are not affected")
      }
    }
    for name in Self.names(in: run.url) where name.hasPrefix("config.yaml.dreamer-") {
      if !inspection.isRunning { unfinished(run.url.appendingPathComponent(name).path) }
    }
    if complete.isEmpty {
      inspection.problems.append(
        "\(run.checkpoints.path): there is no complete checkpoint; train again")
    }
  }

  private mutating func unfinished(_ path: String) {
    inspection.problems.append(
      "\(path): is what an interrupted write left; remove it, or let train --resume do so")
  }

  private static func names(in folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  }

  /// Nil where there is no such folder.
  private static func size(of folder: URL) -> Inspection.Disk? {
    guard let paths = try? FileManager.default.subpathsOfDirectory(atPath: folder.path) else {
      return nil
    }
    var disk = Inspection.Disk(files: 0, bytes: 0)
    for path in paths {
      let url = folder.appendingPathComponent(path)
      let values = try? url.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey])
      guard values?.isRegularFile == true else { continue }
      disk.files += 1
      disk.bytes += values?.fileSize ?? 0
    }
    return disk
  }

  // MARK: a checkpoint

  private mutating func lookAt(_ checkpoint: Checkpoint, isNewest: Bool) {
    let saved = attempt { try checkpoint.readState() }
    let bytes = Self.size(of: checkpoint.url)?.bytes ?? 0
    inspection.checkpoints.append(.init(step: checkpoint.step, bytes: bytes, isBest: false))
    if let saved {
      check(saved, checkpoint)
      if isNewest {
        (inspection.step, inspection.updates) = (saved.step, saved.agent.updates)
        inspection.isFinished = saved.isFinished
        noteBest(saved.run?.best?.step)
      }
    }
    // One word for each fault: of a file whose tensors tell more, the checksum is not asked.
    let before = inspection.problems.count
    defer {
      if let saved, inspection.problems.count == before {
        _ = attempt { try checkpoint.checkTensors(of: saved) }
      }
    }
    if let parameters = attempt({ try SafeTensors(contentsOf: checkpoint.parameters) }) {
      check(parameters, checkpoint.parameters)
      if isNewest { inspection.note(parameters) }
      let wanted = agent?.parameters.entries.map { ($0.name, $0.shape) }
      if let agent, let wanted {
        compare(parameters, checkpoint.parameters, with: wanted, and: agent.numbersOfState)
      }
    }
    guard let averages = attempt({ try SafeTensors(contentsOf: checkpoint.optimizer) }) else {
      return
    }
    check(averages, checkpoint.optimizer)
    if let agent {
      let state = Optimizer(agent.configuration.opt, store: agent.parameters).state
      compare(averages, checkpoint.optimizer, with: state.map { ($0.name, $0.shape) })
    }
  }

  private mutating func noteBest(_ step: Int?) {
    for index in inspection.checkpoints.indices {
      inspection.checkpoints[index].isBest = inspection.checkpoints[index].step == step
    }
  }

  private mutating func check(_ saved: SavedState, _ checkpoint: Checkpoint) {
    if saved.step != checkpoint.step {
      inspection.problems.append(
        "\(checkpoint.state.path): is of step \(saved.step), not of \(checkpoint.step); the folder "
          + "was renamed or its files come from several checkpoints")
    }
  }

  private mutating func compare(
    _ tensors: SafeTensors, _ file: URL, with wanted: [(name: String, shape: [Int])],
    and others: [String] = []
  ) {
    let known = Set(wanted.map(\.name) + others)
    let more = tensors.names.filter { !known.contains($0) }
    if let first = more.first {
      inspection.problems.append(
        "\(file.path): it has \(first)\(more.count > 1 ? " and \(more.count - 1) more" : ""), which "
          + "an agent of this configuration has not")
    }
    for (name, shape) in wanted {
      guard let entry = tensors[name] else {
        inspection.problems.append("\(file.path): it has no tensor \(name)")
        continue
      }
      if entry.shape != shape || entry.floats == nil {
        inspection.problems.append(
          "\(file.path): \(name) has shape \(entry.shape) instead of \(shape) of floats")
      }
    }
  }

  // MARK: replay and events

  /// Reads replay as the run would that goes on from a checkpoint. A run that is going on changes what
  /// it reads.
  private mutating func lookAtReplay(_ run: RunFolder, _ checkpoint: Checkpoint) {
    guard !inspection.isRunning, let agent, let configuration,
      let saved = try? checkpoint.readState(), saved.run != nil
    else { return }
    _ = attempt {
      let replay = try Replay(configuration, agent, key: .init(seed: 0), in: run)
      try replay.restore(from: checkpoint.replay)
    }
  }

  private mutating func lookAtEvents(_ run: RunFolder) {
    guard FileManager.default.fileExists(atPath: run.events.path) else { return }
    _ = attempt {
      var reader = try EventReader(contentsOf: run.events)
      while try reader.next() != nil {}
    }
  }

  // MARK: tensors and scores

  private mutating func lookAtTensors(_ url: URL) {
    guard let tensors = attempt({ try SafeTensors(contentsOf: url) }) else { return }
    inspection.note(tensors)
    check(tensors, url)
  }

  private mutating func check(_ tensors: SafeTensors, _ file: URL) {
    for name in tensors.names where tensors[name]?.isFinite == false {
      inspection.problems.append(
        "\(file.path): \(name) has numbers that are not finite; use an earlier checkpoint")
    }
  }

  private mutating func lookAtScores(_ run: RunFolder) {
    inspection.scores = lines(of: run.scores) { $0["episode/score"] as? Double }
    inspection.evaluations = lines(of: run.metrics) { $0["eval/score"] as? Double }
  }

  /// The steps and values of the lines that have a value.
  private mutating func lines(
    of file: URL, _ value: ([String: Any]) -> Double?
  ) -> [Inspection.Score] {
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    guard let data = attempt({ try AtomicFile.read(file) }) else { return [] }
    var found: [Inspection.Score] = []
    var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let rest = lines.popLast() ?? Data()
    for (index, line) in lines.enumerated() {
      let object = (try? JSONSerialization.jsonObject(with: line)) as? [String: Any]
      guard let object, let step = object["step"] as? Int else {
        inspection.problems.append(
          "\(file.path): line \(index + 1) is no record with a step; remove that line")
        continue
      }
      if let score = value(object) { found.append(.init(step: step, score: score)) }
    }
    if !rest.isEmpty, !inspection.isRunning {
      inspection.problems.append(
        "\(file.path): ends in a line that was not finished; train --resume cuts it")
    }
    return found
  }
}

extension Agent {
  /// The names of what stands beside the parameters in their file: normalisers and a counter.
  fileprivate var numbersOfState: [String] {
    let state = AgentState(configuration)
    let normalizers = [
      ("retnorm", state.returnNormalizer), ("valnorm", state.valueNormalizer),
      ("advnorm", state.advantageNormalizer),
    ]
    return normalizers.flatMap { name, normalizer in
      normalizer.stored.map { "\(name)/\($0.name)/value" }
    } + ["slowval_count/value"]
  }
}
