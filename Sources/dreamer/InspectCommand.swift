import ArgumentParser
import AutoencoderTraining
import CommandSupport
import Files
import Foundation
import Inspection

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Tell what a run or a checkpoint holds, and what is wrong with it.",
    discussion: """
      Reads every checkpoint of a run in full: a truncated or damaged file, a tensor that is missing, \
      of another shape or not finite, another version, an interrupted write and an environment that is \
      gone are told, each with its remedy, and end the command with 65.

      Example: dreamer inspect runs/first
               dreamer inspect runs/first/checkpoints/4000 --parameters
               dreamer inspect runs/frames --json
               dreamer inspect Tests/Fixtures/golden/tiny-discrete.safetensors
      """)

  @Argument(
    help: ArgumentHelp(
      "A run's folder, a checkpoint's folder, or a safetensors file.", valueName: "run"))
  var path: String

  @Flag(help: "List each tensor with its shape.")
  var parameters = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws { try requireText(path, "<run>") }

  func run() throws {
    let url = URL(fileURLWithPath: path)
    let inspection =
      switch RunKind(of: url) {
      case .agent: try Inspector<AgentSubject>(url).inspection
      case .frames: try Inspector<FrameModelSubject>(url).inspection
      }
    if json {
      try StandardOutput.print(Self.json(inspection, withTensors: parameters))
    } else {
      let lines = InspectionText(inspection, withTensors: parameters).lines
      try StandardOutput.print(
        lines.map { ForeignText.visible($0) }.joined(separator: "\n"))
    }
    if !inspection.problems.isEmpty { throw ExitCode.badData }
  }

  private static func json(_ inspection: InspectionResult, withTensors: Bool) throws -> String {
    var inspection = inspection
    if !withTensors { inspection.tensors = [] }
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(inspection), as: UTF8.self)
  }
}
