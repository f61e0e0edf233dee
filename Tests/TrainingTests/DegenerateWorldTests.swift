import Configuration
import EnvironmentInterface
import Foundation
import Randomness
import Runs
import Testing
import TrainedAgents
import Training

/// A world that can be as poor as a world may be.
private struct PoorWorld: Environment {
  let id = "test/poor"
  var observationSpaces = [ObservationSpace(name: "number", kind: .vector(count: 1))]
  var actionSpace = ActionSpace.discrete(count: 1)
  /// Steps of an episode.
  var length = 3
  var reward = 0.0
  private var count = 0

  init(
    _ actionSpace: ActionSpace = .discrete(count: 1), observing spaces: [ObservationSpace]? = nil,
    length: Int = 3, reward: Double = 0
  ) {
    (self.actionSpace, self.length, self.reward) = (actionSpace, length, reward)
    if let spaces { observationSpaces = spaces }
  }

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    count = 0
    return .first
  }

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    count += 1
    return Step(reward: reward, isLast: count >= length, isTerminal: count >= length)
  }
}

@Suite("Training in worlds in which there is next to nothing")
final class DegenerateWorldTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("poor-world-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Trains for some updates, with a report and an evaluation.
  private func train(_ world: PoorWorld, _ settings: [String] = []) throws -> [[String: Any]] {
    let configuration = try TrainingConfiguration.resolve(
      presets: ["debug"],
      set: ["run.steps=120", "run.report_every=50", "run.eval_every=60", "run.eval_eps=2"]
        + settings)
    let trainer = try Trainer(
      configuration.configuration, in: RunFolder(at: folder), makeEnvironment: { world })
    #expect(try trainer.run() == .finished)
    return try String(
      contentsOf: folder.appendingPathComponent("metrics.jsonl"), encoding: .utf8
    ).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test("with one action it is chosen, and told to be as random as it can be")
  func oneAction() throws {
    let lines = try train(PoorWorld())
    let randomness = lines.compactMap { $0["train/rand/action"] as? Double }
    #expect(!randomness.isEmpty && randomness.allSatisfy { $0 == 1 })
  }

  @Test("episodes of one step, and batches of one short sequence")
  func short() throws {
    let lines = try train(
      PoorWorld(.discrete(count: 2), length: 1, reward: 1),
      ["batch_size=1", "batch_length=2", "report_length=2", "run.shards=1", "run.envs=1"])
    #expect(lines.contains { $0["train/opt/loss"] is Double })
  }

  @Test(
    "bounds of no width, and of no end",
    arguments: [
      ActionSpace.continuous(low: [2], high: [2]),
      .continuous(low: [-.infinity, 0], high: [.infinity, .infinity]),
      .continuous(low: [-1e300], high: [1e300]),
    ])
  func bounds(space: ActionSpace) throws {
    let lines = try train(PoorWorld(space))
    #expect(lines.contains { $0["train/opt/loss"] is Double })
  }

  @Test("what shows one class, and rewards as large as a Float holds")
  func oneClass() throws {
    let spaces = [ObservationSpace(name: "class", kind: .discrete(count: 2, classes: 1))]
    _ = try train(PoorWorld(observing: spaces, reward: 1e6))
  }

  @Test("a reward that no Float holds is an error of the world, at its step")
  func reward() throws {
    let error = #expect(throws: EnvironmentError.self) { try train(PoorWorld(reward: 1e300)) }
    #expect(error?.description.contains("test/poor, step 1: the reward is 1e+300") == true)
  }

  /// Spaces that no world may have, and what is said.
  private static let broken: [(world: PoorWorld, problem: String)] = [
    (PoorWorld(.discrete(count: 0)), "the action space has 0 actions"),
    (PoorWorld(.continuous(low: [], high: [])), "the action bounds [] and [] enclose nothing"),
    (
      PoorWorld(.continuous(low: [1], high: [.nan])),
      "the action bounds [1.0] and [nan] enclose nothing"
    ),
    (PoorWorld(observing: []), "there is no observation space"),
    (
      PoorWorld(observing: [ObservationSpace(name: "v", kind: .vector(count: 0))]),
      "observation space 'v' has 0 elements"
    ),
    (
      PoorWorld(observing: [
        ObservationSpace(name: "i", kind: .image(height: 0, width: 64, channels: 3))
      ]), "observation space 'i' has 0 elements"
    ),
    (
      PoorWorld(observing: [ObservationSpace(name: "d", kind: .discrete(count: 1, classes: 0))]),
      "observation space 'd' has 0 classes"
    ),
  ]

  @Test("spaces that hold nothing are refused before anything is written", arguments: 0..<7)
  func refused(index: Int) {
    let (world, problem) = Self.broken[index]
    let error = #expect(throws: EnvironmentError.self) { try train(world) }
    #expect(error?.problem == problem)
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }
}
