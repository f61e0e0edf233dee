import Configuration
import Foundation
import Inspection
import NeuralNetworks
import Runs
import TestSupport
import Testing

/// `FrameTrainer.swift` is a second trainer in less than 200 lines, on the same folders, checkpoints, logs
/// and progress as an agent's.
@Suite("a trainer of one's own")
struct OwnTrainerTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func folder(_ name: String) -> RunFolder {
    RunFolder(at: scratch.url.appendingPathComponent(name))
  }

  private func configuration(_ settings: String...) throws -> FrameConfiguration {
    try FrameConfiguration.resolve(
      presets: ["small"], set: ["opt.lr=0.01", "opt.warmup=0"] + settings
    ).configuration
  }

  private func train(_ name: String, resuming: Bool = false, stoppingAt last: Int? = nil) throws {
    let trainer = try FrameTrainer(configuration(), in: folder(name), resuming: resuming)
    try trainer.run { trainer.step == last }
  }

  @Test("its configuration has keys, ranges and presets of its own")
  func keys() throws {
    let small = try configuration("env.pendulum.size=32")
    #expect(small.env.wrap.size == 8 && small.env.wrap.gray && small.opt.lr == 0.01)
    #expect(small.yaml().contains("batch_size: 8\n"))
    for setting in ["steps=0", "env.pendulum.size=3", "agent.horizon=3", "run.steps=5"] {
      #expect(throws: ConfigurationError.self, "\(setting)") { try configuration(setting) }
    }
  }

  @Test("it learns, logs and shows how far it is")
  func learning() throws {
    var shown = ""
    let progress = ProgressDisplay(
      .init(isTerminal: false, write: { shown += $0 }), now: { .zero })
    let run = folder("run")
    try FrameTrainer(configuration(), in: run, progress: progress).run()
    let losses = try String(contentsOf: run.metrics, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode([String: Double].self, from: Data($0.utf8))["train/loss/frame"]
        ?? .nan
    }
    #expect(losses.count == 10)
    #expect(losses[9] < 0.2 * losses[0], "\(losses)")
    #expect(shown.contains("200/200 steps (100 %), 200 updates, score -"))
    #expect(FileManager.default.fileExists(atPath: run.events.path))
  }

  @Test("stopped anywhere and resumed, it is the run that was not", arguments: [7, 50, 63])
  func resuming(last: Int) throws {
    try train("whole")
    try train("parts", stoppingAt: last)
    // As if the process had gone on after its last checkpoint.
    let lines = try FileHandle(forWritingTo: folder("parts").scores)
    try lines.seekToEnd()
    try lines.write(contentsOf: Data("{\"step\": 70, \"score\": 1}\n".utf8))
    try train("parts", resuming: true)
    func file(_ run: String, _ file: KeyPath<Checkpoint, URL>) throws -> Data {
      let checkpoint = try #require(folder(run).completeCheckpoints().last)
      #expect(checkpoint.step == 200)
      return try Data(contentsOf: checkpoint[keyPath: file])
    }
    for path in [\Checkpoint.parameters, \.optimizer, \.configuration] {
      #expect(try file("parts", path) == file("whole", path))
    }
    #expect(
      try Data(contentsOf: folder("parts").scores) == Data(contentsOf: folder("whole").scores))
  }

  @Test("two do not share a folder, and a second run does not begin over the first")
  func folders() throws {
    let trainer = try FrameTrainer(configuration(), in: folder("run"))
    #expect(throws: (any Error).self) {
      try FrameTrainer(configuration(), in: folder("run"), resuming: true)
    }
    try trainer.run { trainer.step == 3 }
  }

  @Test("inspect tells what the run holds, and what is wrong with it")
  func inspection() throws {
    let run = folder("run")
    try FrameTrainer(configuration("steps=60"), in: run).run()
    let inspection = try Inspector<FrameSubject>(run.url).inspection
    #expect(inspection.problems == [])
    #expect(inspection.step == 60 && inspection.isFinished == true)
    #expect(inspection.modules.map(\.name) == ["draw"] && inspection.parameterCount == 64 * 64 + 64)
    #expect(inspection.settings.contains { $0.key == "opt.lr" && $0.value == "0.01" })

    let checkpoint = try #require(run.completeCheckpoints().last)
    var file = try SafeTensors(contentsOf: checkpoint.parameters)
    let kernel = try #require(file["draw/kernel"])
    file["draw/kernel"] = .init(shape: [4096], values: kernel.values)
    try file.write(to: checkpoint.parameters)
    let problems = try Inspector<FrameSubject>(run.url).inspection.problems
    #expect(
      problems == [
        "\(checkpoint.parameters.path): draw/kernel has shape [4096] instead of [64, 64] of floats"
      ])
    #expect(throws: RunFileError.self) {
      try FrameTrainer(configuration("steps=60"), in: run, resuming: true)
    }
  }

  @Test("the trainer has no more lines than it is said to have")
  func length() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("FrameTrainer.swift")
    let lines = try String(contentsOf: file, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 201)
  }
}
