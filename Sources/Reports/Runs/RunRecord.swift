import AutoencoderTraining
import Configuration
import Files
import Foundation
import Runs
import Telemetry
import TrainedAgents
import Training

/// What a run has written so far.
package struct RunRecord {
  /// A number at an environment step.
  package struct Sample {
    package let step: Int
    package let value: Double

    package init(step: Int, value: Double) { (self.step, self.value) = (step, value) }
  }

  /// What tells this run from the others.
  package let name: String
  let folder: RunFolder
  let kind: RunKind
  let configuration: any ReportedConfiguration
  /// Numbers by name, in ascending order of steps.
  package let metrics: [String: [Sample]]
  /// What episodes returned, how long they were, and where it is defined whether they succeeded. Of a model
  /// of frames, the evidence bound of validation frames, whose parts are among the metrics.
  package let scores: [Sample]
  let lengths: [Sample]
  let successes: [Sample]
  /// The one that was named, or the newest; nil where there is none.
  package let checkpoint: Checkpoint?
  /// What was named: of a run, whatever is its newest checkpoint by then is looked at.
  let source: URL

  /// - Parameter path: a run folder, a checkpoint in it, or one that was taken along. The run need not
  ///   be finished, nor have more than its configuration.
  /// - Throws: `FileError`, `ConfigurationError`; `RunFileError` where something is another run's.
  package init(path: String) throws {
    source = URL(fileURLWithPath: path).standardizedFileURL
    let isCheckpoint =
      source.deletingLastPathComponent().lastPathComponent == "checkpoints"
      || Checkpoint.isOne(source)
    if isCheckpoint {
      let (run, checkpoint) = try RunFolder.locate(source)
      (folder, self.checkpoint) = (run ?? RunFolder(at: source), checkpoint)
    } else {
      folder = RunFolder(at: source)
      try Self.check(folder)
      checkpoint = folder.completeCheckpoints().last
    }
    name = folder.url.lastPathComponent
    kind = RunKind(of: source)
    var metrics = try Self.samples(folder.metrics)
    let episodes = try Self.samples(folder.scores)
    switch kind {
    case .agent:
      let opened = checkpoint == nil ? nil : try Self.open(source, of: folder)
      configuration = try opened?.ofRun ?? TrainingConfiguration(contentsOf: folder.configuration)
      scores = episodes["episode/score"] ?? []
    case .frames:
      configuration = try FrameTrainingConfiguration(contentsOf: folder.configuration)
      scores = episodes["eval/elbo"] ?? []
      metrics.merge(episodes) { $1 }
    }
    self.metrics = metrics
    lengths = episodes["episode/length"] ?? []
    successes = episodes["episode/success"] ?? []
  }

  /// Opens what was named, and refuses a checkpoint or lines of another run or step.
  ///
  /// - Returns: nil where the checkpoint is damaged, which takes nothing from what the files tell.
  private static func open(_ source: URL, of folder: RunFolder) throws -> OpenCheckpoint? {
    let opened: OpenCheckpoint
    do {
      opened = try RunFolder.reading(source) { try OpenCheckpoint($1, in: $0) }
    } catch let error as RunFileError where error.isOfAnother {
      throw error
    } catch {
      return nil
    }
    if let run = try? opened.readRun() {
      try RunHistory.checkLines(
        of: folder, through: opened.step, run.log, within: run.logSizes)
    }
    return opened
  }

  /// Updates that the run is known to have made; nil where nothing tells. Metrics are logged now and
  /// then, a checkpoint tells of the end.
  package var updates: Int? {
    let logged = metrics["train/opt/updates"]?.last.flatMap { Int(exactly: $0.value.rounded()) }
    let saved = folder.completeCheckpoints().last.flatMap { Self.updates(in: $0) }
    return [logged, saved].compactMap { $0 }.max()
  }

  private static func updates(in checkpoint: Checkpoint) -> Int? {
    guard let data = try? AtomicFile.read(checkpoint.state),
      let state = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return nil }
    // Of an agent's run, among what is the agent's.
    return (state["agent"] as? [String: Any] ?? state)["updates"] as? Int
  }

  /// Environment steps, or of a model of frames updates, that the run is known to have made.
  package var steps: Int {
    let last = [scores.last?.step, metrics.values.compactMap(\.last?.step).max(), checkpoint?.step]
    return last.compactMap { $0 }.max() ?? 0
  }

  /// Whether there is nothing of the run but its configuration.
  var isEmpty: Bool { metrics.isEmpty && scores.isEmpty && checkpoint == nil }

  private static func check(_ folder: RunFolder) throws {
    let kind = try FileKind.of(folder.url)
    guard kind != nil else {
      throw FileError(
        .missing, path: folder.url.path, what: "there is no such folder",
        remedy: "name a run folder or a checkpoint in it")
    }
    guard kind == .folder else {
      throw FileError(
        .malformed, path: folder.url.path, what: "is a file",
        remedy: "name a run folder or a checkpoint in it")
    }
    guard try FileKind.of(folder.configuration) != nil else {
      throw FileError(
        .missing, path: folder.url.path, what: "holds no run",
        remedy: "name a folder that `dreamer train --logdir` wrote: it has a config.yaml")
    }
  }

  /// As far as a run can be told to go.
  private static let largestStep = 1_000_000_000_000_000

  /// The numbers of a file of records; none where there is no file. A last line that is not finished
  /// is left out, for a run may be writing it.
  private static func samples(_ url: URL) throws -> [String: [Sample]] {
    guard FileManager.default.fileExists(atPath: url.path) else { return [:] }
    let lines = try AtomicFile.read(url).split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var samples: [String: [Sample]] = [:]
    for (index, line) in lines.dropLast().enumerated() {
      guard let record = try? JSONSerialization.jsonObject(with: line) as? [String: Any],
        let step = record["step"] as? Int, 0...largestStep ~= step
      else {
        throw FileError(
          .malformed, path: url.path, what: "line \(index + 1) is no record with a step",
          remedy: "remove that line")
      }
      for (name, value) in record where name != "step" {
        // Numbers alone: neither null nor text, nor what sums and differences of are none.
        guard let number = value as? NSNumber, abs(number.doubleValue) < 1e300 else { continue }
        samples[name, default: []].append(Sample(step: step, value: number.doubleValue))
      }
    }
    return samples
  }
}
