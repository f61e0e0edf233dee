import Files
import Foundation
import NeuralNetworks
import Runs
import Telemetry

/// Looks at a run, a checkpoint or a file of tensors as a whole, and goes on where something is
/// wrong.
package struct Inspector<Subject: InspectionSubject> {
  package private(set) var inspection: InspectionResult
  private var subject = Subject()

  /// - Parameter url: a run folder, a checkpoint's folder, or a safetensors file.
  /// - Throws: `FileError` of kind `missing` where there is nothing to look at. Everything else that
  ///   is wrong becomes one of the inspection's problems.
  package init(_ url: URL) throws {
    inspection = InspectionResult(path: url.relativePath)
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
    inspection.attempt(body)
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
    subject.take(configuration: file, &inspection)
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
  private static func size(of folder: URL) -> InspectionResult.Disk? {
    guard let paths = try? FileManager.default.subpathsOfDirectory(atPath: folder.path) else {
      return nil
    }
    var disk = InspectionResult.Disk(files: 0, bytes: 0)
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
    let subject = subject
    let found = attempt { try subject.open(checkpoint, in: run) }
    let bytes = Self.size(of: checkpoint.url)?.bytes ?? 0
    inspection.checkpoints.append(.init(step: checkpoint.step, bytes: bytes, isBest: false))
    if let found, isNewest {
      (inspection.step, inspection.updates) = (found.state.step, found.updates)
      inspection.isFinished = found.state.isFinished
      noteBest(found.best)
    }
    // One word for each fault: of a file whose tensors tell more, the checksum is not asked.
    let before = inspection.problems.count
    lookAtTensors(of: checkpoint, isNewest: isNewest)
    guard let found, inspection.problems.count == before else { return }
    for file in [checkpoint.parameters, checkpoint.optimizer] {
      _ = attempt { try checkpoint.read(file, of: found.state) }
    }
  }

  private mutating func lookAtTensors(of checkpoint: Checkpoint, isNewest: Bool) {
    for (file, wanted) in [
      (checkpoint.parameters, subject.parameters), (checkpoint.optimizer, subject.averages),
    ] {
      guard let tensors = attempt({ try SafeTensors(contentsOf: file) }) else { continue }
      check(tensors, file)
      if isNewest, file == checkpoint.parameters { inspection.note(tensors, Subject.isNetwork) }
      if let wanted { compare(tensors, file, with: wanted) }
    }
  }

  private mutating func noteBest(_ step: Int?) {
    for index in inspection.checkpoints.indices {
      inspection.checkpoints[index].isBest = inspection.checkpoints[index].step == step
    }
  }

  private mutating func compare(_ tensors: SafeTensors, _ file: URL, with wanted: WantedTensors) {
    let known = Set(wanted.tensors.map(\.name) + wanted.others)
    let more = tensors.names.filter { !known.contains($0) }
    if let first = more.first {
      inspection.problems.append(
        "\(file.path): it has \(first)\(more.count > 1 ? " and \(more.count - 1) more" : ""), which "
          + "\(Subject.owner) of this configuration has not")
    }
    for (name, shape) in wanted.tensors {
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

  /// Reads what the run would that goes on from a checkpoint. A run that is going on changes what it
  /// reads.
  private mutating func lookAtContinuation(_ run: RunFolder, _ checkpoint: Checkpoint) {
    guard !inspection.isRunning else { return }
    let before = inspection
    subject.lookAtContinuation(of: run, from: checkpoint, &inspection)
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
    inspection.note(tensors, Subject.isNetwork)
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
        $0[Subject.scoreName] as? Double
      }
      inspector.inspection.evaluations = inspector.lines(of: run.metrics, run) {
        $0["eval/score"] as? Double
      }
    }
  }

  /// The steps and values of the lines that have a value.
  private mutating func lines(
    of file: URL, _ run: RunFolder, _ value: ([String: Any]) -> Double?
  ) -> [InspectionResult.Score] {
    guard FileManager.default.fileExists(atPath: file.path) else { return [] }
    guard let data = attempt({ try AtomicFile.read(file) }) else { return [] }
    var found: [InspectionResult.Score] = []
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
