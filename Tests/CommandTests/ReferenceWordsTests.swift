import Foundation
import Testing

/// A command line of the reference's, or one with a mistake, and what is to be said.
struct Words: CustomTestStringConvertible, Sendable {
  var arguments: String
  /// Parts of the answer.
  var says: [String]

  init(_ arguments: String, _ says: String...) { (self.arguments, self.says) = (arguments, says) }

  var testDescription: String { "dreamer \(arguments)" }
}

@Suite("Words of the reference's command line, and mistakes")
struct ReferenceWordsTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  private static let train = "train --env gridworld/Empty-5x5"

  private static let words = [
    Words(
      "train --configs gridworld size1m --task gridworld/Empty-5x5",
      "presets: --preset gridworld size1m", "--env gridworld/Empty-5x5",
      "Write:  dreamer train --preset gridworld size1m --env gridworld/Empty-5x5\n"),
    Words(
      "--logdir runs/x --configs crafter size12m --run.train_ratio 32 --task MiniGrid-Empty-5x5-v0",
      "no preset is called crafter", "--preset size12m", "--set run.train_ratio=32",
      "Write:  dreamer train --logdir runs/x --preset size12m --set run.train_ratio=32 --env "
        + "gridworld/Empty-5x5\n"),
    Words("\(train) --run.steps 100", "keys are set with --set run.steps=100"),
    Words("\(train) --run.steps=1e5", "keys are set with --set run.steps=1e5"),
    Words("\(train) --batch_size 16", "keys are set with --set batch_size=16"),
    Words("\(train) --batch-size=16", "keys are set with --set batch_size=16"),
    Words("\(train) --train_ratio 32", "keys are set with --set run.train_ratio=32"),
    Words("\(train) --agent.opt.lr=1e-4", "keys are set with --set agent.opt.lr=1e-4"),
    Words(
      "\(train) --agent.enc.simple.mults 2 3",
      "keys are set with --set 'agent.enc.simple.mults=[2, 3]'"),
    Words("\(train) --units 8", "several are called so: agent.enc.simple.units, "),
    Words(
      "\(train) --agent.opt.lrr 1", "there is no agent.opt.lrr, the nearest is --set agent.opt.lr=1"
    ),
    Words(
      "\(train) --jax.platform cpu --steps 20", "all is computed on the CPU: leave it out",
      "Write:  dreamer \(train) --steps 20\n"),
    Words("\(train) --logger.outputs jsonl", "has no counterpart here: leave it out"),
    Words("\(train) --script train", "it is the command: dreamer train"),
    Words("\(train) --script eval_only", "dreamer evaluate RUN"),
    Words("\(train) --run.from_checkpoint runs/a", "--from runs/a"),
    Words("\(train) --stpes 100", "did you mean --steps?", "--steps 100"),
    Words("\(train) --episodes 10", "it goes with dreamer evaluate, dreamer report"),
    Words("train --task dmc_walker_walk", "dm_control is not bundled; “pendulum/swingup” is."),
    Words("train gridworld/Empty-5x5", "the environment: --env gridworld/Empty-5x5"),
    Words("\(train) debug", "presets: --preset debug"),
    Words("\(train) run.steps=5", "keys are set with --set run.steps=5"),
    Words("\(train) --preset debug run.steps=5", "keys are set with --set run.steps=5"),
    Words("\(train) --set run.steps 5", "expected key=value, run.steps="),
    Words("\(train) --set debug", "presets are --preset debug"),
    Words("evaluate --logdir runs/a", "the run stands by itself: dreamer evaluate runs/a"),
    Words("evaluate runs/a --run.envs 2", "keys are set where a run is trained"),
    Words("trian --env x", "Did you mean 'dreamer train'?", "Commands: train, evaluate, play, "),
    Words("eval runs/a", "Did you mean 'dreamer evaluate'?"),
  ]

  @Test("each is answered with the words to write, as bad usage", arguments: words)
  func answers(words: Words) throws {
    let outcome = try shell.run(words.arguments.split(separator: " ").map(String.init))
    #expect(outcome.code == 64)
    #expect(outcome.output == "")
    for part in words.says { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
    #expect(try shell.contents().isEmpty)
  }

  @Test("what is said to be written is taken")
  func corrected() throws {
    let wrong =
      "--configs debug --task MiniGrid-Empty-5x5-v0 --jax.platform cpu --run.steps 60 "
      + "--agent.enc.simple.mults 2 3 --agent.report False --logdir run"
    let answer = try shell.run(wrong.split(separator: " ").map(String.init)).errors
    let line = try #require(answer.split(separator: "\n").first { $0.hasPrefix("Write:  dreamer") })
    let script =
      "'\(Shell.executable.path)'\(line.dropFirst("Write:  dreamer".count)) --print-config"
    let outcome = try shell.run(URL(fileURLWithPath: "/bin/bash"), ["-c", script])
    #expect(outcome.code == 0, "\(outcome.errors)")
    for part in ["task: gridworld/Empty-5x5 ", "  steps: 60 ", "mults: [2, 3] ", "report: false "] {
      #expect(outcome.output.contains(part), "\(part)")
    }
  }

  @Test(
    "worlds of others are answered with ours",
    arguments: [
      ("MiniGrid-DoorKey-5x5-v0", "did you mean “gridworld/DoorKey-5x5”?"),
      ("Pendulum-v1", "did you mean “pendulum/classic”?"),
      ("dmc_pendulum_swingup", "did you mean “pendulum/swingup”?"),
      ("minigrid_empty-5x5", "did you mean “gridworld/Empty-5x5”?"),
      ("atari_pong", "Atari is not bundled; “gridworld/Empty-8x8” is."),
      ("crafter_reward", "Crafter is not bundled; “gridworld/DoorKey-8x8” is."),
    ])
  func worlds(id: String, says: String) throws {
    let outcome = try shell.run("train", "--env", id, "--print-config")
    #expect(outcome.code == 64 && outcome.output == "")
    #expect(
      outcome.errors
        == "dreamer: there is no environment “\(id)”: \(says) `dreamer envs` lists them\n")
    // What is named is there.
    let named = try #require(says.split(separator: "“").last?.split(separator: "”").first)
    #expect(try shell.run("envs").output.contains("\n\(named) "))
  }

  @Test("an option that has no effect beside another is bad usage")
  func effectless() throws {
    for arguments in [
      ["bench", "--env", "gridworld/Empty-5x5"], ["bench", "--steps", "5"],
      ["bench", "--environments", "--updates", "2"],
      ["play", "--env", "gridworld/Empty-5x5", "--text", "--set", "agent.opt.lr=1"],
    ] {
      let outcome = try shell.run(arguments)
      #expect(outcome.code == 64, "\(arguments): \(outcome)")
    }
  }

  @Test("a run that learns nothing says so, and why")
  func idle() throws {
    let never = try shell.train("--set", "run.train_ratio=0")
    #expect(never.code == 0)
    #expect(never.errors.contains("note: run.train_ratio is 0: nothing is learned\n"))
    try FileManager.default.removeItem(at: shell.url("run"))
    let rarely = try shell.train("--set", "run.train_ratio=1e-6")
    #expect(rarely.errors.contains("note: run.train_ratio=1e-06 of run.steps=200 are fewer rows"))
    try FileManager.default.removeItem(at: shell.url("run"))
    let short = try shell.train("--steps", "8")
    #expect(short.errors.contains("note: "), "\(short.errors)")
    try FileManager.default.removeItem(at: shell.url("run"))
    let usual = try shell.train(
      "--set", "run.eval_every=500", "env.pendulum.size=32", "bench.actions=2")
    #expect(usual.errors.contains("note: run.eval_every=500 has no effect: the run ends before"))
    #expect(usual.errors.contains("note: env.pendulum.size=32 has no effect: the environment is"))
    #expect(usual.errors.contains("note: bench.actions=2 has no effect: it is for dreamer bench"))
    #expect(!usual.errors.contains("learned"))
  }
}
