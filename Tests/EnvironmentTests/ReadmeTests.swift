import EnvironmentInterface
import Foundation
import Randomness
import Runs
import Testing
import TrainedAgents

@Suite("The README's world")
struct ReadmeTests {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.sources.appending(path: path).standardized, encoding: .utf8)
  }

  @Test(
    "what it shows is what is compiled here",
    arguments: ["Corridor.swift", "CorridorTraining.swift"])
  func text(file: String) throws {
    #expect(try text("../../Environments/README.md").contains("```swift\n\(text(file))```"))
  }

  @Test("a world takes at most forty lines")
  func lines() throws {
    #expect(try text("Corridor.swift").split(separator: "\n").count <= 40)
  }

  @Test("it keeps every promise")
  func conformance() {
    #expect(ConformanceChecker(key: Key(seed: 0)).violations(of: Corridor()) == [])
  }

  @Test("an agent trains in it, is loaded and plays")
  func training() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("corridor-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let mean = try trainInCorridor(["debug"], in: folder)
    #expect(0...1 ~= mean)
    let log = try String(
      contentsOf: folder.appendingPathComponent("metrics.jsonl"), encoding: .utf8)
    #expect(log.contains("\"train/opt/loss\": "))
    let saved = try TrainingConfiguration(
      yaml: String(contentsOf: folder.appendingPathComponent("config.yaml"), encoding: .utf8))
    #expect(saved.task == "mine/corridor")
    // Whoever lacks the world is told so.
    let error = #expect(throws: RunFileError.self) { try TrainedAgent(contentsOf: folder) }
    #expect(error?.problem == "its environment “mine/corridor” is not one of this program's")
  }
}
