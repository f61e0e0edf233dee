import ArgumentParser
import Foundation
import Verification

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare with files that the reference wrote.",
    discussion: """
      Loads the parameters and the batch of each golden file, computes what the authors' code \
      computed, and prints a line for each group of tensors with its largest error. Exits with 65 \
      where one is beyond its tolerance.

      Example: dreamer verify Tests/Fixtures/golden/*.safetensors
      """)

  @Argument(help: "Golden files.")
  var files: [String]

  func run() throws {
    var failed = false
    for file in files {
      let url = URL(fileURLWithPath: file)
      let lines = try GoldenFile(contentsOf: url).verify()
      print(url.lastPathComponent)
      for line in lines { print("  \(line)") }
      failed = failed || lines.contains { !$0.holds }
    }
    if failed { throw ExitCode(65) }
  }
}
