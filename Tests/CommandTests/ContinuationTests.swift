import Foundation
import Testing

@Suite("What --resume applies, and what it refuses")
struct ContinuationTests {
  let run: KeptRun
  private static let resume = ["train", "--resume", "--logdir", "run"]

  init() throws { run = try KeptRun() }

  private var configuration: String {
    get throws { try String(contentsOf: run.shell.url("run/config.yaml"), encoding: .utf8) }
  }

  @Test("fewer steps than were made are refused")
  func fewerSteps() throws {
    for option in [["--steps", "100"], ["--set", "run.steps=199"]] {
      try run.expectRefusal(
        Self.resume + option, code: 64, because: "has made 200 steps already; --steps must be more")
    }
    try Data("run.steps: 100\n".utf8).write(to: run.shell.url("fewer.yaml"))
    try run.expectRefusal(
      Self.resume + ["--config", "fewer.yaml"], code: 64, because: "has made 200 steps already")
  }

  @Test("where nothing is left to do, that is said and nothing is touched")
  func nothingToDo() throws {
    for option in [[], ["--steps", "200"], ["--set", "agent.opt.lr=1e-3"]] {
      try run.expectRefusal(
        Self.resume + option, code: 0,
        because: "all 200 steps are made already, and nothing was changed; --steps gives the run")
    }
  }

  @Test("a run that went beyond its steps, for all its environments step together, is finished")
  func beyond() throws {
    try run.train("three", steps: 50, ["run.envs=3"])
    let finished = ["train", "--resume", "--logdir", "three"]
    for option in [[], ["--steps", "50"], ["--steps", "51"]] {
      try run.expectRefusal(finished + option, code: 0, because: "all 51 steps are made already")
    }
    try run.expectRefusal(
      finished + ["--steps", "49"], code: 64, because: "has made 51 steps already")
  }

  @Test("of a file or a preset counts what it sets, as of --set")
  func file() throws {
    try run.train("seeded", ["seed=3"])
    try Data("agent:\n  opt:\n    lr: 0.0001\n".utf8).write(to: run.shell.url("lr.yaml"))
    var outcome = try run.shell.run(
      "train", "--resume", "--logdir", "seeded", "--steps", "220", "--config", "lr.yaml")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let seeded = try String(contentsOf: run.shell.url("seeded/config.yaml"), encoding: .utf8)
    #expect(seeded.contains("lr: 0.0001\n") && seeded.contains("seed: 3\n"))
    #expect(seeded.contains("chunksize: 32\n"))
    try Data("seed: 4\n".utf8).write(to: run.shell.url("seed.yaml"))
    try run.expectRefusal(
      Self.resume + ["--steps", "240", "--config", "seed.yaml"], code: 64,
      because: "seed=4: the run")
    outcome = try run.shell.run(
      Self.resume + ["--preset", "debug", "--steps", "220", "--seed", "0", "--set"]
        + KeptRun.settings)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try configuration.contains("chunksize: 32\n"))
  }

  @Test("what a preset sets and the run cannot take is named")
  func preset() throws {
    try run.expectRefusal(
      Self.resume + ["--steps", "240", "--preset", "size1m"],
      because: " out, or begin another run with --from")
  }

  @Test(
    "each refusal changes nothing and names what is wrong",
    arguments: [
      (["--set", "run.step=300"], 64, "there is no such key; the nearest is run.steps"),
      (["--set", "replay.chunksize=64"], 65, "resume with the run's own replay.chunksize"),
      (["--set", "batch_length=16"], 65, "is of windows of"),
      (["--set", "replay.size=1"], 64, "replay.size"),
      (["--set", "replay.memory=1kB"], 64, "replay.memory"),
      (["--set", "run.shards=999"], 64, "run.shards"),
      (["--set", "agent.opt.impl=adam"], 64, "agent.opt.impl=adam"),
      (["--set", "env.wrap.size=32"], 64, "env.wrap.size=32"),
      (["--set", "replay.preload=other"], 64, "replay.preload=other"),
      (["--env", "pendulum/classic"], 64, "is of gridworld/Empty-5x5, not of pendulum/classic"),
      (["--seed", "5"], 64, "seed=5"),
      (["--config", "none.yaml"], 66, "none.yaml: there is no such file"),
      (["--preset", "debgu"], 64, "the nearest is debug"),
    ])
  func refusals(options: [String], code: Int32, reason: String) throws {
    try run.expectRefusal(Self.resume + ["--steps", "260"] + options, code: code, because: reason)
  }

  @Test("a refusal that comes late does not cut what is beyond the checkpoint")
  func late() throws {
    for name in ["metrics.jsonl", "scores.jsonl"] {
      let url = run.shell.url("run/\(name)")
      try (Data(contentsOf: url) + Data("{\"step\": 240}\n".utf8)).write(to: url)
    }
    let events = run.shell.url("run/events.out.tfevents.dreamer")
    var data = try Data(contentsOf: events)
    data[20] ^= 1
    try data.write(to: events)
    try run.expectRefusal(
      Self.resume + ["--steps", "260"], because: "does not match its checksum")
  }

  @Test("--resume without a folder, and in one that is no run's, says what is missing")
  func folders() throws {
    try run.expectRefusal(["train", "--resume"], code: 64, because: "name it with --logdir")
    try run.expectRefusal(
      ["train", "--resume", "--env", "gridworld/Empty-5x5"], code: 64,
      because: "--resume continues the run in a folder: name it with --logdir")
    try FileManager.default.createDirectory(
      at: run.shell.url("empty"), withIntermediateDirectories: true)
    try run.expectRefusal(
      ["train", "--resume", "--logdir", "empty"], code: 64, because: "there is no run in empty")
  }

  @Test("a run whose config.yaml is lost goes on with that of its checkpoint")
  func lostConfiguration() throws {
    try FileManager.default.removeItem(at: run.shell.url("run/config.yaml"))
    let outcome = try run.shell.run(Self.resume + ["--steps", "240"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try configuration.contains("chunksize: 32\n"))
  }
}

@Suite("Resuming with another number of environments")
struct EnvironmentCountTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  private static let settings = [
    "run.save_every=30", "run.log_every=20", "run.report_every=0", "replay.chunksize=16",
    "env.wrap.time_limit=15", "run.eval_every=50", "replay.fracs.uniform=0.5",
    "replay.fracs.priority=0.25", "replay.fracs.recency=0.25",
  ]

  private func train(_ folder: String, steps: Int, _ more: [String]) throws -> String {
    let outcome = try shell.run(
      [
        "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", folder,
        "--resume", "--steps", "\(steps)", "--set",
      ] + Self.settings + more)
    #expect(outcome.code == 0, "\(outcome.errors)")
    return outcome.errors
  }

  /// What must be the same: lines without what depends on the clock, and the last checkpoint.
  private func result(_ folder: String, _ step: Int) throws -> [Data] {
    let lines = try ["metrics.jsonl", "scores.jsonl"].map {
      Data(try TrainTests.withoutTimes(shell.url("\(folder)/\($0)")).joined().utf8)
    }
    return try lines
      + ["parameters.safetensors", "optimizer.safetensors", "state.json"].map {
        try Data(contentsOf: shell.url("\(folder)/checkpoints/\(step)/\($0)"))
      }
  }

  @Test(
    "it takes more and fewer, says from where it is another run, and resumes exactly afterwards",
    arguments: [(2, [5]), (4, [1]), (3, [1, 4])])
  func change(first: Int, next: [Int]) throws {
    _ = try train("run", steps: 60, ["run.envs=\(first)"])
    for (number, count) in next.enumerated() {
      let end = 60 * (number + 2)
      try FileManager.default.copyItem(at: shell.url("run"), to: shell.url("copy\(number)"))
      let told = try train("run", steps: end, ["run.envs=\(count)", "run.threads=2"])
      let before = number == 0 ? first : next[number - 1]
      #expect(
        told.contains("note: run.envs was \(before) and is now \(count): from step "), "\(told)")
      // With a stop between, and on one thread.
      let copy = "copy\(number)"
      let stopped = try shell.run(
        [
          "train", "--logdir", copy, "--resume", "--steps", "\(end)", "--set",
          "run.envs=\(count)", "run.threads=1",
        ], environment: ["DREAMER_STOP_AT": "170"])
      #expect(stopped.code == SIGKILL)
      let again = try train(copy, steps: end, ["run.envs=\(count)", "run.threads=1"])
      #expect(again.contains("run.envs was") || !again.contains("note:"))
      let last =
        try FileManager.default.contentsOfDirectory(
          atPath: shell.url("run/checkpoints").path
        ).compactMap { Int($0) }.max() ?? 0
      #expect(last >= end)
      #expect(try result("run", last) == result(copy, last))
    }
    #expect(try shell.run("inspect", "run").code == 0)
    #expect(try shell.run("evaluate", "run", "--episodes", "1").code == 0)
  }

  @Test("recordings that the run began with stay what they are")
  func recordings() throws {
    let recorded = shell.url("episodes").path
    _ = try train("first", steps: 60, ["run.envs=2", "env.wrap.record=\(recorded)"])
    _ = try train("run", steps: 40, ["run.envs=2", "replay.preload=episodes"])
    _ = try train("run", steps: 80, ["run.envs=4", "replay.preload=episodes"])
    _ = try train("run", steps: 120, ["run.envs=1", "replay.preload=episodes"])
    #expect(try shell.run("inspect", "run").code == 0)
  }
}

@Suite("Training without environments")
struct OfflineTests {
  let shell: Shell

  init() throws {
    shell = try Shell()
    let outcome = try shell.run(
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "source", "--steps",
      "120", "--set", "run.envs=3", "run.report_every=0", "env.wrap.time_limit=12",
      "replay.chunksize=16", "env.wrap.record=\(shell.url("episodes").path)")
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  private static let settings = [
    "env.wrap.time_limit=12", "run.log_every=20", "run.save_every=40", "run.report_every=50",
    "run.eval_every=60", "replay.chunksize=16",
  ]

  private func train(_ folder: String, steps: Int, _ more: [String]) throws -> Shell.Outcome {
    try shell.run(
      [
        "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", folder,
        "--resume", "--steps", "\(steps)", "--set", "run.offline=true",
      ] + Self.settings + more)
  }

  private func lines(_ path: String) throws -> [[String: Any]] {
    try String(contentsOf: shell.url(path), encoding: .utf8).split(separator: "\n")
      .map { try Shell.object(String($0)) }
  }

  @Test(
    "it learns from recordings, and from what a run remembers, and resumes exactly",
    arguments: ["episodes", "source"])
  func preload(from: String) throws {
    let settings = ["replay.preload=\(from)", "run.threads=1"]
    let whole = try train("whole", steps: 120, settings)
    #expect(whole.code == 0, "\(whole.errors)")
    #expect(try lines("whole/scores.jsonl").isEmpty)
    let metrics = try lines("whole/metrics.jsonl")
    #expect(metrics.compactMap { $0["train/opt/loss"] }.count == 6)
    #expect(metrics.allSatisfy { $0["replay/inserts"] as? Double ?? 0 == 0 })
    #expect(metrics.filter { $0["eval/score"] != nil }.count == 2)
    #expect(metrics.contains { $0["report/loss/image"] != nil })
    let stopped = try shell.run(
      ["train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "parts"]
        + ["--resume", "--steps", "120", "--set", "run.offline=true"] + Self.settings + settings,
      environment: ["DREAMER_STOP_AT": "150"])
    #expect(stopped.code == SIGKILL)
    #expect(try train("parts", steps: 120, settings + ["run.threads=2"]).code == 0)
    #expect(
      try TrainTests.withoutTimes(shell.url("parts/metrics.jsonl"))
        == TrainTests.withoutTimes(shell.url("whole/metrics.jsonl")))
    #expect(
      try Data(contentsOf: shell.url("parts/checkpoints/120/parameters.safetensors"))
        == Data(contentsOf: shell.url("whole/checkpoints/120/parameters.safetensors")))
    #expect(try shell.run("evaluate", "whole", "--episodes", "1").code == 0)
    #expect(try shell.run("inspect", "whole").code == 0)
  }

  @Test("a run goes on without its environments, and with them again")
  func resumed() throws {
    let resume = ["train", "--resume", "--logdir", "source"]
    var outcome = try shell.run(
      resume + ["--steps", "160", "--set", "run.offline=true", "run.log_every=20"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.errors.contains("from step 120 on no environment is stepped"))
    let scores = try lines("source/scores.jsonl").count
    outcome = try shell.run(resume + ["--steps", "220", "--set", "run.offline=false"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try lines("source/scores.jsonl").count > scores)
    #expect(try shell.run("inspect", "source").code == 0)
  }

  @Test(
    "without anything to learn from, or to learn with, it is refused and leaves nothing",
    arguments: [
      ([], 64, "run.offline=true: there is nothing to learn from; name recorded episodes or"),
      (
        ["replay.preload=episodes", "run.train_ratio=0"], 64, "run.train_ratio=0.0: must be above 0"
      ),
      (["replay.preload=episodes", "batch_size=512"], 64, "run.offline=true: replay holds "),
      (["replay.preload=nowhere"], 66, "nowhere: holds no recorded episodes"),
      (["replay.preload=source", "env.wrap.size=8"], 65, "replay.bin: is of other observations"),
    ])
  func refused(settings: [String], code: Int32, reason: String) throws {
    let outcome = try train("new", steps: 100, settings)
    #expect(outcome.code == code, "\(outcome.errors)")
    #expect(outcome.errors.contains(reason), "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: shell.url("new").path))
  }

  @Test("a run of another world is no experience, and a window has nothing to show")
  func others() throws {
    let world = try shell.run(
      "train", "--env", "pendulum/classic", "--preset", "debug", "--logdir", "new", "--set",
      "run.offline=true", "replay.preload=source")
    #expect(world.code == 65)
    #expect(world.errors.contains("it is of gridworld/Empty-5x5, not of pendulum/classic"))
    let window = try shell.run(
      "train", "--resume", "--logdir", "source", "--window", "--set", "run.offline=true")
    #expect(window.code == 64)
  }
}
