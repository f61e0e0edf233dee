import ArgumentParser
import CommandSupport
import Files
import Foundation
import Verification

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Compare with files that the reference or the package environments wrote.",
    discussion: """
      Loads the parameters and the batch of each golden file and computes what the authors' code \
      computed, or does what was done in recorded episodes of MiniGrid, of Gymnasium's pendulum or \
      of dm_control's, or computes what peers' code computed of auto-encoders' parts: \
      distributions, bounds, quantisation, schedules, latents, diagnostics. Prints a line for each \
      group of tensors with its largest error. Exits with 65 where one is beyond its tolerance.

      Example: dreamer verify Tests/Fixtures/golden/*.safetensors
               dreamer verify Tests/Fixtures/traces/*.safetensors
               dreamer verify Tests/Fixtures/golden-vae/*.safetensors
      """)

  @Argument(help: "Golden files and recorded episodes, of a kind that is told by their tensors.")
  var files: [String]

  func validate() throws {
    for file in files { try requireText(file, "<files>") }
  }

  func run() throws {
    let urls = files.map { URL(fileURLWithPath: $0) }
    try urls.forEach(Self.checkExists)
    var failed = false
    for url in urls {
      let file = try ReferenceFile(contentsOf: url)
      let lines = try file.verify()
      let left = file.notCompared.map { ["  not compared: \($0)"] } ?? []
      let texts = [url.lastPathComponent] + lines.map { "  \($0)" } + left
      try StandardOutput.print(
        texts.map { ForeignText.visible($0) }.joined(separator: "\n"))
      failed = failed || lines.contains { !$0.holds }
    }
    if failed { throw ExitCode.badData }
  }

  /// So that a mistyped name is noticed before the work.
  private static func checkExists(_ url: URL) throws {
    if try FileKind.of(url) == nil { throw FileError.missing(url.path) }
  }
}
