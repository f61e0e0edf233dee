import ArgumentParser
import CommandSupport
import Files
import Foundation
import FrameCommands

@main
struct Dreamer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dreamer",
    abstract: "Trains world-model agents from pixels, on a CPU.",
    discussion: """
      Example: dreamer train --env gridworld/Empty-5x5 --logdir runs/first
               dreamer evaluate runs/first --episodes 100
               dreamer imagine runs/first --out dream.gif --dream

      Exits with 0 when done, 64 for bad usage or configuration, 65 for bad data, 66 for a missing \
      file, 70 for a fault inside, 74 where the system refuses to read or write or has no memory \
      left, and with 128 and the number of the signal that ended it: 130 after Ctrl-C, 143 after \
      SIGTERM.
      """,
    subcommands: [
      TrainCommand.self, EvaluateCommand.self, PlayCommand.self, ImagineCommand.self,
      VAECommand.self, InspectCommand.self, ReportCommand.self, EnvsCommand.self, BenchCommand.self,
      VerifyCommand.self,
    ])

  @Flag(help: "Print the commit, the instruction set and the BLAS.")
  var version = false

  func run() throws {
    guard version else { throw CleanExit.helpRequest(self) }
    try StandardOutput.print(Version.text)
  }

  /// Runs the command that the arguments name. Every error ends here, as a line on standard error
  /// and an exit code.
  static func main() {
    Descriptors.openClosed()
    Descriptors.refuseLargeFiles()
    Interruption.begin()
    ProcessEnd.endWithoutMemory(code: ExitCode.refused.rawValue)
    do {
      try runCommand()
    } catch {
      guard let failure = Failure(error) else { exit(withError: error) }
      StandardError.print("dreamer: \(failure.message)")
      exit(withError: failure.code)
    }
  }

  private static func runCommand() throws {
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch  where exitCode(for: error) == .success {
      let words = CommandLine.arguments.dropFirst().prefix(2)
      if words.count == 2, words.first == "help", let last = words.last, last.first != "-",
        let line = UsageAdvice.unknownCommand(last)
      {
        StandardError.printLines(line)
        throw ExitCode.usage
      }
      // Help and scripts for shells, which the parser would print and not look whether it could.
      try StandardOutput.printAsIs(fullMessage(for: error))
    } catch  where exitCode(for: error) == .usage && Failure(error) == nil {
      let arguments = Array(CommandLine.arguments.dropFirst())
      let advice = UsageAdvice(arguments, parserSaid: message(for: error))
      (advice?.lines ?? [fullMessage(for: error)]).forEach(StandardError.printLines)
      throw ExitCode.usage
    }
  }
}
