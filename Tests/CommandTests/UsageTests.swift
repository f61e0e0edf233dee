import Foundation
import Testing
import Worlds

/// A command that fails, and how.
struct Mistake: CustomTestStringConvertible, Sendable {
  var arguments: String
  var code: Int32
  /// The last line on standard error; `…` stands for the folder.
  var says: String

  var testDescription: String { "dreamer \(arguments)" }
}

@Suite("What users get wrong")
struct UsageTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  private static let mistakes = [
    Mistake(
      arguments: "train --env gridworld/Empty-5x6 --logdir run", code: 64,
      says: "dreamer: there is no environment “gridworld/Empty-5x6”: did you mean "
        + "“gridworld/Empty-5x5”? `dreamer envs` lists them"),
    Mistake(
      arguments: "train --env gridworld/Empty-5x5 --preset debgu --logdir run", code: 64,
      says: "dreamer: preset debgu: there is no such preset; the nearest is debug, all are size1m, "
        + "size12m, size25m, size50m, size100m, size200m, size400m, debug, \(families)"),
    Mistake(
      arguments: "train --env gridworld/Empty-5x5 --set agent.opt.lrr=1 --logdir run", code: 64,
      says: "dreamer: agent.opt.lrr=1 (--set): there is no such key; the nearest is agent.opt.lr"),
    Mistake(
      arguments: "train --env gridworld/Empty-5x5 --set agent.opt.lr=-1 --logdir run", code: 64,
      says: "dreamer: agent.opt.lr=-1.0 (--set): must be above 0"),
    Mistake(
      arguments: "train --env gridworld/Empty-5x5 --config none.yaml --logdir run", code: 66,
      says: "dreamer: …/none.yaml: there is no such file; check the path"),
    Mistake(
      arguments: "train --logdir run", code: 64,
      says: "dreamer: which environment? Give --env; `dreamer envs` lists them"),
    Mistake(
      arguments: "train --env gridworld/Empty-5x5 --preset debug --logdir blocked/run", code: 74,
      says: "dreamer: …/blocked/run: cannot be written (Not a directory); "
        + "a part of its path is a file: choose another path"),
    Mistake(
      arguments: "play --env gridworld/Emty-5x5 --text", code: 64,
      says: "dreamer: there is no environment “gridworld/Emty-5x5”: did you mean "
        + "“gridworld/Empty-5x5”? `dreamer envs` lists them"),
    Mistake(
      arguments: "evaluate none", code: 66,
      says: "dreamer: …/none: there is no such folder; name a run folder or a checkpoint in it"),
    Mistake(
      arguments: "bench --preset size2m", code: 64,
      says: "dreamer: preset size2m: there is no such preset; the nearest is size1m, all are "
        + "size1m, size12m, size25m, size50m, size100m, size200m, size400m, debug, \(families)"),
  ]

  /// What presets of worlds are called.
  private static var families: String {
    EnvironmentRegistry.families.map { $0.name }.joined(separator: ", ")
  }

  @Test("one line names the thing and the remedy, and nothing is written", arguments: mistakes)
  func mistake(_ mistake: Mistake) throws {
    // A file where one of the commands wants a folder.
    try Data().write(to: shell.url("blocked"))
    let before = try shell.contents()
    let outcome = try shell.run(mistake.arguments.split(separator: " ").map(String.init))
    #expect(outcome.code == mistake.code)
    #expect(outcome.output == "")
    let errors = outcome.errors.replacingOccurrences(
      of: shell.folder.resolvingSymlinksInPath().path, with: "…")
    #expect(errors == mistake.says + "\n")
    #expect(try shell.contents() == before)
    #expect(!FileManager.default.fileExists(atPath: shell.url("run").path))
  }

  @Test("an option that does not exist is bad usage")
  func unknownOption() throws {
    let outcome = try shell.run("train", "--environment", "gridworld/Empty-5x5")
    #expect(outcome.code == 64)
    #expect(
      outcome.errors.hasPrefix(
        "Error: Unknown option '--environment': the environment: --env gridworld/Empty-5x5\n"))
  }

  @Test(
    "numbers out of range and empty names are bad usage, and nothing is written",
    arguments: [
      ["evaluate", "run", "--episodes", "-1"], ["evaluate", "run", "--episodes", "0"],
      ["evaluate", "run", "--episodes", "99999999999999999999"], ["evaluate", ""],
      ["evaluate", "run", "--threads", "-1"], ["evaluate", "run", "--threads", "100000"],
      ["play", "--dream", "run", "--context", "-1"], ["report", "run", "--episodes", "-1"],
      ["inspect", ""], ["verify", ""], ["imagine", ""], ["report", ""], ["play", "--dream", ""],
      ["train", "--preset", ""], ["train", "--config", ""], ["train", "--set", ""],
      ["bench", "--replay", "--env", ""], ["evaluate", "run", "--window", "--fps", "nan"],
      ["imagine", "run", "--fps", "nan"], ["imagine", "run", "--fps", "-1"],
      ["bench", "--updates", "-1"], ["bench", "--updates", "99999999999999"],
      ["train", "--env", "gridworld/Empty-5x5", "--steps", "-1"],
      ["train", "--env", "gridworld/Empty-5x5", "--seed", "-1"],
      ["train", "--env", "gridworld/Empty-5x5", "--logdir", ""],
      ["train", "--env", "gridworld/Empty-5x5", "--from", ""], ["train", "--env", ""],
      ["train", "--env", "gridworld/Empty-5x5", "--set", "run.envs=1000000000"],
      ["train", "--env", "gridworld/Empty-5x5", "--set", "batch_size=9223372036854775807"],
      ["train", "--env", "gridworld/Empty-5x5", "--set", "agent.dyn.rssm.deter=1048576"],
    ])
  func outOfRange(arguments: [String]) throws {
    let outcome = try shell.run(arguments)
    #expect(outcome.code == 64)
    #expect(outcome.output == "")
    #expect(!outcome.errors.contains("Missing value"))
    #expect(try shell.contents().isEmpty)
  }

  @Test(
    "help is no mistake",
    arguments: [
      "train", "evaluate", "play", "imagine", "inspect", "report", "envs", "bench", "verify",
    ])
  func help(command: String) throws {
    let outcome = try shell.run(command, "--help")
    #expect(outcome.code == 0)
    #expect(outcome.output.hasPrefix("OVERVIEW: "))
    #expect(outcome.errors == "")
  }
}
