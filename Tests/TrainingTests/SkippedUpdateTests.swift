import Configuration
import EnvironmentInterface
import Foundation
import Randomness
import Runs
import TestSupport
import Testing
import TrainedAgents
import Training

/// A walk that is now and then so far away that the square of the distance is infinite, and with it a
/// loss of which `symlog` is taken away.
private struct FaultyWalk: Environment {
  private var walk = Walk(id: "test/faulty")
  private var faults = Generator(key: Key(seed: 0))

  var id: String { walk.id }
  var observationSpaces: [ObservationSpace] { walk.observationSpaces }
  var actionSpace: ActionSpace { walk.actionSpace }

  mutating func reset(key: Key, into observation: inout Observation) throws -> Step {
    faults = Generator(key: key.fold("faults"))
    return walk.reset(key: key, into: &observation)
  }

  mutating func step(_ action: Action, into observation: inout Observation) throws -> Step {
    let step = try walk.step(action, into: &observation)
    if faults.integer(below: 8) == 0 { observation.vectors[0] = [3e38] }
    return step
  }
}

@Suite("Updates that are left out")
final class SkippedUpdateTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("training-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Trains on windows in pieces, some of them drawn by priority.
  private func train(_ name: String, resuming: Bool = false, stoppingAt last: Int? = nil) throws {
    let configuration = try TrainingConfiguration.resolve(
      presets: ["debug"],
      set: [
        "run.on_nonfinite=skip", "consec_train=3", "run.report_every=0", "batch_length=4",
        "replay.fracs.uniform=0.5", "replay.fracs.priority=0.5", "run.steps=120",
        "run.train_ratio=16", "agent.dec.simple.symlog=false",
      ]
    ).configuration
    let trainer = try Trainer(
      configuration, in: run(name), resuming: resuming, makeEnvironment: { FaultyWalk() })
    _ = try trainer.run { trainer.step == last }
  }

  private func run(_ name: String) -> RunFolder {
    RunFolder(at: folder.appendingPathComponent(name))
  }

  private func parameters(_ name: String) throws -> Data {
    try Data(contentsOf: #require(run(name).completeCheckpoints().last).parameters)
  }

  @Test("leave nothing behind that a resumed run would not know of, wherever it was stopped")
  func resumed() throws {
    try train("whole")
    let whole = try parameters("whole")
    let written = try FileManager.default.contentsOfDirectory(atPath: run("whole").nonFinite.path)
    #expect(written.count == 3)
    for last in stride(from: 60, to: 120, by: 4) {
      try train("\(last)", stoppingAt: last)
      try train("\(last)", resuming: true)
      #expect(try parameters("\(last)") == whole, "stopped at \(last)")
    }
  }
}
