import Foundation
import Testing

@Suite("dreamer train")
struct TrainTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  @Test("a run leaves all its files")
  func files() throws {
    let outcome = try shell.train()
    #expect(outcome.code == 0)
    #expect(outcome.output == "")
    #expect(
      try shell.contents().keys.filter { !$0.hasPrefix("run/videos/") }.sorted() == [
        "run/checkpoints/200/config.yaml", "run/checkpoints/200/optimizer.safetensors",
        "run/checkpoints/200/parameters.safetensors",
        "run/checkpoints/200/replay.bin", "run/checkpoints/200/state.json", "run/config.yaml",
        "run/events.out.tfevents.dreamer", "run/metrics.jsonl", "run/replay/0.chunk",
        "run/replay/1.chunk", "run/replay/latents", "run/scores.jsonl",
      ])
    #expect(try shell.contents().keys.contains("run/videos/100-image.png"))
  }

  @Test("without --logdir, a run goes to a folder with the environment's name")
  func defaultFolder() throws {
    let outcome = try shell.run(
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--steps", "10")
    #expect(outcome.code == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: shell.url("runs").path)
    #expect(names.count == 1)
    #expect(names.first?.hasPrefix("gridworld-Empty-5x5-") == true)
  }

  @Test("the number of threads changes no byte of the metrics but the times")
  func threads() throws {
    let metrics = try ["1", "2"].map { threads in
      let folder = "run-\(threads)"
      let outcome = try shell.run(
        "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", folder, "--set",
        "run.threads=\(threads)")
      #expect(outcome.code == 0)
      return try Self.withoutTimes(shell.url("\(folder)/metrics.jsonl"))
    }
    #expect(metrics[0].count == 4)
    #expect(metrics[0].last?.contains("\"train/opt/loss\": ") == true)
    #expect(metrics[0] == metrics[1])
    #expect(
      try Data(contentsOf: shell.url("run-1/scores.jsonl"))
        == Data(contentsOf: shell.url("run-2/scores.jsonl")))
  }

  @Test("a run tells where its time goes and how fast it computes")
  func timeSplit() throws {
    let outcome = try shell.train()
    let phases = ["environment", "replay", "world_model", "imagination", "optimizer"]
    let last = try String(contentsOf: shell.url("run/metrics.jsonl"), encoding: .utf8)
      .split(separator: "\n").last
    let line = try Shell.object(String(last ?? ""))
    let shares = phases.map { line["time/\($0)"] as? Double ?? -1 }
    #expect(shares.allSatisfy { $0 >= 0 })
    // Environments that were at work when the line before was written count here.
    #expect(shares.reduce(0, +) <= 1.25)
    #expect(shares[2] > 0 && shares[3] > 0)
    #expect((line["fps/gflops"] as? Double ?? 0) > 0)
    let summary = outcome.errors.split(separator: "\n").last ?? ""
    #expect(summary.contains(" updates/s at ") && summary.contains("world model "))
  }

  /// The lines of a file without the members whose keys begin with `time/`, `fps/` or `usage/`.
  static func withoutTimes(_ url: URL) throws -> [String] {
    let member = #/"(time|fps|usage)/[^"]*": [^,}]*(, )?/#
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
      .map { String($0.replacing(member, with: "")) }
  }

  @Test("the seed changes what happens")
  func seeds() throws {
    try shell.train("--steps", "100")
    let first = try Self.withoutTimes(shell.url("run/metrics.jsonl"))
    try FileManager.default.removeItem(at: shell.url("run"))
    try shell.train("--steps", "100", "--seed", "1")
    #expect(try Self.withoutTimes(shell.url("run/metrics.jsonl")) != first)
  }

  @Test("evaluations are logged, are the same on any number of threads, and change nothing")
  func evaluations() throws {
    let evaluate = ["run.eval_every=60", "run.eval_eps=3"]
    for (folder, settings) in [
      ("without", []), ("one", evaluate + ["run.threads=1"]), ("two", evaluate + ["run.threads=2"]),
    ] {
      let outcome = try shell.run(
        ["train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", folder]
          + (settings.isEmpty ? [] : ["--set"]) + settings)
      #expect(outcome.code == 0)
    }
    func lines(_ folder: String) throws -> [String] {
      try Self.withoutTimes(shell.url("\(folder)/metrics.jsonl"))
    }
    let isEvaluation = { (line: String) in line.contains("\"eval/score\"") }
    let found = try lines("one").filter(isEvaluation)
    #expect(try found.map { try Shell.object($0)["step"] as? Int } == [60, 120, 180])
    for line in found {
      let object = try Shell.object(line)
      for key in ["eval/score", "eval/length", "eval/success"] {
        #expect(object[key] is Double)
        #expect(object[key.replacing("eval/", with: "eval_mode/")] is Double)
      }
    }
    #expect(try lines("two") == lines("one"))
    #expect(try lines("one").filter { !isEvaluation($0) } == lines("without"))
    #expect(
      try Data(contentsOf: shell.url("one/checkpoints/200/parameters.safetensors"))
        == Data(contentsOf: shell.url("without/checkpoints/200/parameters.safetensors")))
  }

  @Test("a folder that holds a run is left alone without --resume")
  func existing() throws {
    try shell.train("--steps", "20")
    let before = try shell.contents()
    let outcome = try shell.train("--steps", "20")
    #expect(outcome.code == 64)
    #expect(
      outcome.errors.hasSuffix(
        "/run: already holds a run; continue it with --resume or choose another --logdir\n"))
    #expect(try shell.contents() == before)
  }

  @Test("--resume does nothing where the run is finished")
  func finished() throws {
    try shell.train("--steps", "20")
    let before = try shell.contents()
    #expect(try shell.run("train", "--resume", "--logdir", "run").code == 0)
    #expect(try shell.contents() == before)
  }

  @Test("--resume goes on with the run's own configuration")
  func resumed() throws {
    try shell.train("--steps", "20")
    let outcome = try shell.run("train", "--resume", "--logdir", "run", "--steps", "40")
    #expect(outcome.code == 0)
    #expect(try shell.contents().keys.contains("run/checkpoints/40/state.json"))
    let text = try String(contentsOf: shell.url("run/config.yaml"), encoding: .utf8)
    #expect(text.contains("task: gridworld/Empty-5x5\n"))
    #expect(text.contains("  steps: 40\n"))
    #expect(text.contains("      deter: 16\n"))
  }

  @Test("--resume begins a run where there is none")
  func nothingToResume() throws {
    #expect(try shell.train("--resume", "--steps", "20").code == 0)
    #expect(try shell.contents().keys.contains("run/checkpoints/20/state.json"))
  }

  @Test("--resume applies what --set says of ratio and normalisers")
  func changed() throws {
    try shell.train("--steps", "20")
    let outcome = try shell.run(
      "train", "--resume", "--logdir", "run", "--steps", "200", "--set", "run.train_ratio=0",
      "agent.retnorm.limit=50")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let state = shell.url("run/checkpoints/200/state.json")
    let text = try String(contentsOf: state, encoding: .utf8)
    #expect(text.contains("\"updates\":0}") || text.contains("\"updates\":0,"))
    #expect(text.contains("\"limit\":50,"))
  }

  @Test("--resume of a run that is not there says so")
  func noRun() throws {
    let outcome = try shell.run("train", "--resume", "--logdir", "typo")
    #expect(outcome.code == 64)
    #expect(
      outcome.errors == "dreamer: there is no run in typo to continue; check --logdir, or begin "
        + "one there with --env\n")
  }

  @Test("--resume takes the presets that began the run, without its environment")
  func presetsAgain() throws {
    try shell.train("--steps", "20")
    let outcome = try shell.run(
      "train", "--resume", "--logdir", "run", "--preset", "debug", "--steps", "20")
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  @Test("an environment that a file names has its preset, too")
  func environmentOfFile() throws {
    try Data("task: gridworld/Empty-5x5\n".utf8).write(to: shell.url("own.yaml"))
    let named = try shell.run("train", "--config", "own.yaml", "--print-config")
    let given = try shell.run("train", "--env", "gridworld/Empty-5x5", "--print-config")
    #expect(named.output == given.output.replacing("# --env", with: "# file own.yaml"))
  }

  @Test("what somebody put into replay/ is not a run's to remove")
  func foreignFiles() throws {
    let folder = shell.url("run/replay")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: folder.appendingPathComponent("notes.txt"))
    #expect(try shell.train("--steps", "20").code == 64)
    #expect(try shell.train("--steps", "20", "--resume").code == 0)
    #expect(try shell.contents()["run/replay/notes.txt"] == Data("mine".utf8))
  }

  @Test("a run is not resumed as one of another environment")
  func otherEnvironment() throws {
    try shell.train("--steps", "20")
    let before = try shell.contents()
    let outcome = try shell.run(
      "train", "--resume", "--logdir", "run", "--env", "pendulum/classic")
    #expect(outcome.code == 64)
    #expect(
      outcome.errors == "dreamer: the run in run is of gridworld/Empty-5x5, not of "
        + "pendulum/classic; leave --env out or choose another --logdir\n")
    #expect(try shell.contents() == before)
  }

  @Test("--print-config tells each value's origin and does nothing else")
  func printConfig() throws {
    let outcome = try shell.train("--seed", "3", "--print-config")
    #expect(outcome.code == 0)
    #expect(outcome.errors == "")
    #expect(outcome.output.hasPrefix("seed: 3  # --seed\ntask: gridworld/Empty-5x5  # --env\n"))
    #expect(outcome.output.contains("batch_size: 4  # preset debug\n"))
    #expect(outcome.output.contains("replay_context: 1  # default\n"))
    #expect(
      outcome.output.split(separator: "\n").allSatisfy { $0.hasSuffix(":") || $0.contains("  # ") })
    #expect(try shell.contents().isEmpty)
  }

  @Test("a run whose standard error nobody reads any more goes on and saves")
  func closedStandardError() throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let outcome = try shell.start(
      [
        "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "run", "--set",
        "agent.loss_scales.rew=1e37", "run.on_nonfinite=skip",
      ], listener: pipe.fileHandleForWriting
    ).finish()
    #expect(outcome.code == 0)
    #expect(try shell.contents().keys.contains("run/checkpoints/200/state.json"))
  }

  @Test("a signal saves what there is and is told in the exit code", arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    let running = try shell.start([
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "run", "--steps",
      "100000000",
    ])
    let metrics = shell.url("run/metrics.jsonl").path
    running.wait { FileManager.default.contents(atPath: metrics)?.isEmpty == false }
    running.signal(signal)
    let outcome = try running.finish()
    #expect(outcome.code == 128 + signal)
    #expect(
      outcome.errors.hasSuffix(
        "interrupted and saved; continue with: dreamer train --resume --logdir run\n"))
    #expect(try shell.run("evaluate", "run", "--episodes", "1").code == 0)
  }
}
