import Configuration
import Files
import Foundation
import Randomness
import Runs
import TestSupport
import Testing
import TrainedAgents
import Training

@Suite("Damaged files of runs")
struct FuzzTests {
  @Test("a damaged configuration is refused, or is one that is valid and says what it holds")
  func configuration() throws {
    var original = try TrainingConfiguration.resolve(
      task: "gridworld/Empty-5x5", presets: ["debug"]
    ).configuration
    original.replay.memory = "1GB"
    let whole = Data(original.yaml().utf8)
    for number in 0..<Mutation.count(or: 300) {
      var generator = Generator(key: Key(seed: 2).fold(number))
      let damaged =
        number % 2 == 0
        ? Mutation.mutate(whole, using: &generator)
        : Mutation.changeNumber(in: whole, using: &generator)
      do {
        let text = String(decoding: damaged, as: UTF8.self)
        let configuration = try TrainingConfiguration(yaml: text)
        #expect(try TrainingConfiguration(yaml: configuration.yaml()) == configuration)
      } catch is ConfigurationError {}
    }
  }

  @Test("a YAML text that means more than it says is refused", arguments: ["[", "{"])
  func bomb(bracket: String) {
    // Each line holds the one before ten times: 10¹⁰ in all.
    var lines = ["a0: &a0 x"]
    for level in 1...10 {
      let parts = (0..<10).map { bracket == "[" ? "*a\(level - 1)" : "k\($0): *a\(level - 1)" }
      lines.append(
        "a\(level): &a\(level) \(bracket)\(parts.joined(separator: ", "))"
          + (bracket == "[" ? "]" : "}"))
    }
    #expect(throws: ConfigurationError.self) {
      try TrainingConfiguration(yaml: "run:\n" + lines.map { "  \($0)\n" }.joined())
    }
  }

  @Test("a state with any byte changed is refused")
  func state() throws {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("training-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    var configuration = try TrainingConfiguration.resolve(
      task: "gridworld/Empty-5x5", presets: ["debug"]
    ).configuration
    configuration.run.steps = 20
    let folder = RunFolder(at: scratch)
    _ = try Trainer(configuration, in: folder).run()
    let file = try RunFolder.locate(scratch).checkpoint.state
    let whole = try Data(contentsOf: file)
    _ = try TrainedAgent(contentsOf: scratch)
    for number in 0..<Mutation.count(or: 100) {
      var generator = Generator(key: Key(seed: 3).fold(number))
      let damaged =
        number % 2 == 0
        ? Mutation.mutate(whole, using: &generator)
        : Mutation.changeNumber(in: whole, using: &generator)
      if damaged == whole { continue }
      try damaged.write(to: file)
      #expect(throws: RunFileError.self, "number \(number)") {
        try TrainedAgent(contentsOf: scratch)
      }
    }
  }
}
