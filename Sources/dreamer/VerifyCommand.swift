import ArgumentParser
import Files
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
    let urls = files.map { URL(fileURLWithPath: $0) }
    try urls.forEach(Self.checkExists)
    var failed = false
    for url in urls {
      let lines = try ReferenceFile(contentsOf: url).verify()
      print(url.lastPathComponent)
      for line in lines { print("  \(line)") }
      failed = failed || lines.contains { !$0.holds }
    }
    if failed { throw ExitCode.badData }
  }

  /// So that a mistyped name is noticed before the work.
  private static func checkExists(_ url: URL) throws {
    guard !FileManager.default.fileExists(atPath: url.path) else { return }
    throw FileError(
      .missing, path: url.path, what: "there is no such file", remedy: "check the path")
  }
}
