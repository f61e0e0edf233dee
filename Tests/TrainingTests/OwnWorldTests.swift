import Configuration
import EnvironmentInterface
import Foundation
import Runs
import TestSupport
import Testing
import TrainedAgents
import Training

@Suite("Training in a world of one's own")
final class OwnWorldTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("own-world-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Trains for some updates.
  private func train(
    _ name: String, _ settings: [String], resuming: Bool = false,
    makeEnvironment: @escaping @Sendable () throws -> any Environment
  ) throws -> Trainer.Outcome {
    let configuration = try TrainingConfiguration.resolve(presets: ["debug"], set: settings)
    let trainer = try Trainer(
      configuration.configuration, in: RunFolder(at: folder.appendingPathComponent(name)),
      resuming: resuming, makeEnvironment: makeEnvironment)
    return try trainer.run()
  }

  /// The lines of a run's file without what depends on the clock.
  private func lines(_ path: String) throws -> [String] {
    let member = #/"(time|fps|usage)/[^"]*": [^,}]*(, )?/#
    return try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
      .split(separator: "\n").map { String($0.replacing(member, with: "")) }
  }

  @Test("training and its evaluations give the same bytes on one thread and on two")
  func threads() throws {
    let logs = [ThreadLog(), ThreadLog()]
    for (index, log) in logs.enumerated() {
      let settings = [
        "run.threads=\(index + 1)", "run.envs=4", "run.eval_every=100", "run.eval_eps=3",
        "run.eval_envs=3",
      ]
      #expect(
        try train("\(index + 1)", settings) { Walk(seconds: 1e-4, log: log) } == .finished)
    }
    #expect(logs[0].count == 1)
    #expect(logs[1].count == 2)
    let metrics = try lines("1/metrics.jsonl")
    #expect(metrics.contains { $0.contains("\"train/opt/loss\": ") })
    #expect(metrics.contains { $0.contains("\"eval/score\": ") })
    #expect(try metrics == lines("2/metrics.jsonl"))
    #expect(try lines("1/scores.jsonl") == lines("2/scores.jsonl"))
  }

  @Test("the world's id becomes the run's task, and the run can be resumed")
  func resumed() throws {
    #expect(try train("run", ["run.steps=40"]) { Walk() } == .finished)
    let file = folder.appendingPathComponent("run/config.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains("task: test/walk\n"))
    #expect(try train("run", ["run.steps=60"], resuming: true) { Walk() } == .finished)
    let checkpoint = folder.appendingPathComponent("run/checkpoints/60")
    #expect(try TrainedAgent(contentsOf: checkpoint) { Walk() }.step == 60)
  }

  @Test("its wrappers are the configuration's, and each training episode is recorded")
  func wrapped() throws {
    let settings = [
      "env.wrap.record=episodes", "env.wrap.size=6", "env.wrap.stack=2", "env.wrap.time_limit=5",
      "env.wrap.reward_scale=7", "run.eval_every=100",
    ]
    #expect(try train("run", settings) { Walk() } == .finished)
    let episodes = folder.appendingPathComponent("run/episodes")
    let names = try FileManager.default.contentsOfDirectory(atPath: episodes.path)
    #expect(try names.count == lines("run/scores.jsonl").count)
    #expect(names.allSatisfy { $0.hasPrefix("test-walk-") && $0.hasSuffix(".safetensors") })
    let trained = try TrainedAgent(contentsOf: folder.appendingPathComponent("run")) { Walk() }
    #expect(
      try trained.makeEnvironment().observationSpaces == [
        ObservationSpace(name: "image", kind: .image(height: 6, width: 6, channels: 2)),
        ObservationSpace(name: "position", kind: .vector(count: 1)),
      ])
    let longest = try lines("run/scores.jsonl").map { line -> Int in
      let member = line.firstMatch(of: #/"episode/length": (\d+)/#)
      return member.flatMap { Int($0.1) } ?? 0
    }.max()
    #expect(longest == 5)
  }

  @Test("a world that fails ends the run with its error")
  func failing() throws {
    let error = #expect(throws: EnvironmentError.self) {
      try train("run", []) { Walk(failingStep: 3) }
    }
    #expect(error?.step == 3)
  }

  @Test("a configuration that cannot be is refused before anything is written")
  func invalid() throws {
    var configuration = TrainingConfiguration()
    configuration.run.envs = 0
    let error = #expect(throws: ConfigurationError.self) {
      try Trainer(configuration, in: RunFolder(at: folder)) { Walk() }
    }
    #expect(error?.description == "run.envs=0: must be at least 1")
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }
}
