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
  private var known: SavedConfiguration?
  private var configuration: TrainingConfiguration? { known?.configuration }

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
    } else if Checkpoint(at: url) != nil || Checkpoint.isOne(url) {
      try lookAtCheckpoint(url)
    } else {
      try lookAt(RunFolder(at: url))
    }
  }

  /// Looks at a checkpoint that was named, in its run or alone.
  private mutating func lookAtCheckpoint(_ url: URL) throws {
    let (run, checkpoint) = try RunFolder.locate(url)
    let hasRun = run.map { FileManager.default.fileExists(atPath: $0.configuration.path) } ?? false
    let isOwn = FileManager.default.fileExists(atPath: checkpoint.configuration.path)
    if hasRun || !isOwn, let run {
      lookAtConfiguration(run.configuration)
    } else {
      lookAtConfiguration(checkpoint.configuration)
    }
    lookAt(checkpoint, in: run, isNewest: true)
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
    lookAtConfiguration(run.configuration)
    let newest = lookAtCheckpoints(of: run)
    lookForUnfinished(run, newest)
    lookAtScores(run)
    lookAtEvents(run)
    if let newest { lookAtContinuation(run, newest) }
    inspection.replay = Self.size(of: run.replay)
  }

  /// Looks at all checkpoints. Those that the run takes away meanwhile are passed over, and the newest
  /// is looked for again.
  ///
  /// - Returns: the newest.
  private mutating func lookAtCheckpoints(of run: RunFolder) -> Checkpoint? {
    var complete = run.completeCheckpoints()
    let before = inspection
    for _ in 0..<100 {
      for checkpoint in complete {
        lookAtOneThatMayGo(checkpoint, in: run, isNewest: checkpoint == complete.last)
      }
      if inspection.step != nil || inspection.problems.count > before.problems.count { break }
      if complete.isEmpty, !run.isInUse { break }
      // All were taken away.
      inspection = before
      complete = run.completeCheckpoints()
    }
    return complete.last
  }

  /// Looks at a checkpoint, and forgets it where it was taken away or replaced meanwhile.
  private mutating func lookAtOneThatMayGo(
    _ checkpoint: Checkpoint, in run: RunFolder, isNewest: Bool
  ) {
    let (before, mark) = (inspection, checkpoint.mark)
    lookAt(checkpoint, in: run, isNewest: isNewest)
    if mark == nil || checkpoint.mark != mark { inspection = before }
  }

  private mutating func lookAtConfiguration(_ file: URL) {
    known = attempt { try SavedConfiguration(contentsOf: file) }
    guard let configuration else { return }
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
  private mutating func lookForUnfinished(_ run: RunFolder, _ newest: Checkpoint?) {
    for checkpoint in run.incompleteCheckpoints() {
      inspection.problems.append(
        "\(checkpoint.url.path): is not a complete checkpoint; remove it, the others are not "
          + "affected")
    }
    let partial =
      Self.names(in: run.checkpoints).filter(Checkpoint.isUnfinished)
      .map { run.checkpoints.appendingPathComponent($0).path }
      + Self.names(in: run.url).filter { $0.hasPrefix("config.yaml.dreamer-") }
      .map { run.url.appendingPathComponent($0).path }
    // Of a run that goes on, they are what it is writing.
    if !inspection.isRunning, !run.isInUse { partial.forEach { unfinished($0) } }
    if newest == nil {
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

  private mutating func lookAt(_ checkpoint: Checkpoint, in run: RunFolder?, isNewest: Bool) {
    // What is wrong with the run's configuration was told.
    let (isHeld, known) = (agent != nil, known)
    let saved = attempt {
      try OpenCheckpoint(checkpoint, in: run, isHeld: isHeld, knowing: known).saved
    }
    let bytes = Self.size(of: checkpoint.url)?.bytes ?? 0
    inspection.checkpoints.append(.init(step: checkpoint.step, bytes: bytes, isBest: false))
    if let saved {
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

  /// Reads replay and logs as the run would that goes on from a checkpoint. A run that is going on
  /// changes what it reads.
  private mutating func lookAtContinuation(_ run: RunFolder, _ checkpoint: Checkpoint) {
    guard !inspection.isRunning, let agent, let configuration,
      let saved = try? checkpoint.readState(), saved.run != nil
    else { return }
    let before = inspection
    _ = attempt {
      let replay = try Replay(configuration, agent, key: .init(seed: 0), in: run)
      try replay.restore(from: checkpoint.replay, of: saved.ownerOfReplay)
    }
    // Lines that are no records were told.
    if before.problems.isEmpty { _ = attempt { try RunHistory(of: run, saved) } }
    if run.isInUse { inspection = before }
  }

  private mutating func lookAtEvents(_ run: RunFolder) {
    guard FileManager.default.fileExists(atPath: run.events.path) else { return }
    lookAgain(while: run) { inspector in
      _ = inspector.attempt {
        var reader = try EventReader(contentsOf: run.events)
        while try reader.next() != nil {}
      }
    }
  }

  /// Looks at a file, and again where something is wrong with it and a run may have cut it meanwhile, as
  /// one does that is resumed.
  private mutating func lookAgain(while run: RunFolder, _ look: (inout Inspector) -> Void) {
    let before = inspection
    for _ in 0..<10 {
      inspection = before
      look(&self)
      if inspection.problems.count == before.problems.count || !run.isInUse { return }
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
    lookAgain(while: run) { inspector in
      inspector.inspection.scores = inspector.lines(of: run.scores, run) {
        $0["episode/score"] as? Double
      }
      inspector.inspection.evaluations = inspector.lines(of: run.metrics, run) {
        $0["eval/score"] as? Double
      }
    }
  }

  /// The steps and values of the lines that have a value.
  private mutating func lines(
    of file: URL, _ run: RunFolder, _ value: ([String: Any]) -> Double?
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
    if !rest.isEmpty, !inspection.isRunning, !run.isInUse {
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
