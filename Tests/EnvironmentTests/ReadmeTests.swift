import EnvironmentInterface
import Foundation
import Randomness
import Testing

@Suite("The README's world")
struct ReadmeTests {
  @Test("it is the one that is compiled here")
  func text() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let readme = folder.appending(path: "../../Environments/README.md").standardized
    let source = folder.appending(path: "Corridor.swift")
    let text = try String(contentsOf: readme, encoding: .utf8)
    #expect(try text.contains("```swift\n\(String(contentsOf: source, encoding: .utf8))```"))
  }

  @Test("it keeps every promise")
  func conformance() {
    #expect(ConformanceChecker(key: Key(seed: 0)).violations(of: Corridor()) == [])
  }
}
