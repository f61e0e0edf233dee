import Foundation
import Randomness
import Testing

/// A small run that has everything: two checkpoints after that of the beginning, chunks that are
/// written and leave memory, windows that go, prioritised and recent windows, stretches in pieces.
struct SmallRun {
  let shell: Shell

  init() throws { shell = try Shell() }

  static let steps = 120

  /// Trains to the end, or goes on to it.
  func train(_ more: [String] = [], environment: [String: String] = [:]) throws -> Shell.Outcome {
    try shell.run(Self.arguments + more, environment: environment)
  }

  static let arguments =
    [
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "run", "--resume",
      "--steps", "\(steps)", "--set",
    ] + [
      "batch_size=2", "batch_length=4", "consec_train=2", "report_length=4", "run.train_ratio=1",
      "run.save_every=60", "run.log_every=20", "run.report_every=40", "run.threads=1",
      "run.eval_every=50", "run.eval_envs=1", "env.wrap.time_limit=15", "env.wrap.size=8",
      "agent.enc.simple.mults=[2,3]", "agent.dec.simple.mults=[2,3]", "replay.chunksize=16",
      "replay.size=60", "replay.memory=24kB", "replay.fracs.uniform=0.4",
      "replay.fracs.priority=0.3", "replay.fracs.recency=0.3",
    ]

  /// What must be the same: lines without what depends on the clock, and the last checkpoint.
  func result() throws -> [String: Data] {
    var result: [String: Data] = [:]
    for name in ["metrics.jsonl", "scores.jsonl"] {
      let lines = try TrainTests.withoutTimes(shell.url("run/\(name)"))
      result[name] = Data(lines.joined(separator: "\n").utf8)
    }
    for name in ["parameters.safetensors", "optimizer.safetensors", "state.json"] {
      let path = "run/checkpoints/\(Self.steps)/\(name)"
      result[name] = try Data(contentsOf: shell.url(path))
    }
    return result
  }
}

@Suite("Runs that are cut off")
struct CrashTests {
  /// What the run is that nothing happens to.
  private static let expected = Result {
    let run = try SmallRun()
    let outcome = try run.train()
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try run.result()
  }

  /// `DREAMER_CRASHES=all` tries each moment, as `make crash-sweep` does; else these are tried.
  private static let moments: [Int] =
    ProcessInfo.processInfo.environment["DREAMER_CRASHES"] == "all"
    ? Array(1...10_000)
    : (0..<16).map { Int(Key(seed: 3).uniform(at: $0) * 900) + 1 }

  @Test("a run that stops at any write, sync, rename or removal goes on as if it had not")
  func stops() throws {
    let expected = try Self.expected.get()
    for moment in Self.moments {
      let run = try SmallRun()
      let stopped = try run.train(environment: ["DREAMER_STOP_AT": "\(moment)"])
      if stopped.code == 0 {
        // There are fewer moments than that.
        #expect(try run.result() == expected)
        if Self.moments.count > 100 { return }
        continue
      }
      #expect(stopped.code == SIGKILL, "moment \(moment): \(stopped.errors)")
      // And once more, on the way back.
      _ = try run.train(environment: ["DREAMER_STOP_AT": "\(moment / 3 + 1)"])
      let resumed = try run.train()
      #expect(resumed.code == 0, "moment \(moment): \(resumed.errors)")
      #expect(try run.result() == expected, "moment \(moment)")
    }
  }

  @Test("a run that is killed at any time goes on as if it had not")
  func kills() throws {
    let expected = try Self.expected.get()
    let run = try SmallRun()
    for index in 0..<20 {
      let running = try run.shell.start(SmallRun.arguments)
      Thread.sleep(forTimeInterval: 0.3 * Double(Key(seed: 4).uniform(at: index)))
      running.signal(SIGKILL)
      _ = try running.finish()
    }
    let resumed = try run.train()
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(try run.result() == expected)
  }

  @Test("a run that is asked to stop saves and goes on as if it had not been", arguments: 0..<3)
  func interruptions(number: Int) throws {
    let expected = try Self.expected.get()
    let run = try SmallRun()
    let running = try run.shell.start(SmallRun.arguments)
    let log = run.shell.url("run/metrics.jsonl")
    let lines = number * 2
    running.wait { Self.lineCount(log) > lines }
    running.signal(number == 1 ? SIGINT : SIGTERM)
    let outcome = try running.finish()
    #expect([0, 130, 143].contains(outcome.code))
    #expect(try run.train().code == 0)
    #expect(
      try run.result().filter { $0.key != "state.json" }
        == expected.filter { $0.key != "state.json" })
  }

  private static func lineCount(_ url: URL) -> Int {
    (try? String(contentsOf: url, encoding: .utf8))?.split(separator: "\n").count ?? 0
  }

  @Test("a second signal ends a run at once")
  func secondSignal() throws {
    let shell = try Shell()
    let running = try shell.start([
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "run", "--steps",
      "100000", "--set", "batch_size=64", "batch_length=8", "run.train_ratio=1e6",
      "run.save_every=100000",
    ])
    let first = shell.url("run/checkpoints/0/state.json").path
    running.wait { FileManager.default.fileExists(atPath: first) }
    Thread.sleep(forTimeInterval: 1)
    // Both wait for the process to go on, and so come before it could save for the first.
    for signal in [SIGSTOP, SIGINT, SIGTERM, SIGCONT] { running.signal(signal) }
    let outcome = try running.finish()
    #expect([128 + SIGINT, 128 + SIGTERM].contains(outcome.code))
    #expect(!outcome.errors.contains("saved"))
    let names = try FileManager.default.contentsOfDirectory(
      atPath: shell.url("run/checkpoints").path)
    #expect(names.filter { !$0.hasSuffix(".partial") } == ["0"])
  }
}

@Suite("Disks that refuse")
struct DiskTests {
  @Test(
    "a full disk is an error, and the run goes on when there is space", arguments: [1, 7, 30, 60])
  func full(write: Int) throws {
    let run = try SmallRun()
    let outcome = try run.train(environment: ["DREAMER_FULL_AT": "\(write)"])
    #expect(outcome.code == 74)
    let error = outcome.errors.split(separator: "\n").last ?? ""
    #expect(
      error.hasSuffix(
        "cannot be written (No space left on device); free some space or choose another folder"))
    #expect(try run.train().code == 0)
    let whole = try SmallRun()
    #expect(try whole.train().code == 0)
    #expect(try run.result() == whole.result())
  }

  @Test("a folder that may not be written to is an error, and nothing is written")
  func readOnly() throws {
    let shell = try Shell()
    let outcome = try shell.run(
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "/proc/run")
    #expect(outcome.code == 74)
    #expect(outcome.errors.hasPrefix("dreamer: /proc/run"))
    #expect(outcome.errors.contains("cannot be"))
  }

  @Test("a run folder is one process's at a time")
  func locked() throws {
    let run = try SmallRun()
    let running = try run.shell.start(
      SmallRun.arguments + ["run.steps=100000000"])
    let first = run.shell.url("run/checkpoints/0/state.json").path
    running.wait { FileManager.default.fileExists(atPath: first) }
    let outcome = try run.train()
    #expect(outcome.code == 64)
    #expect(
      outcome.errors.hasSuffix(
        "run: is in use by another process; wait for its end or choose another --logdir\n"))
    running.signal(SIGTERM)
    #expect(try running.finish().code == 143)
  }

  @Test("what a clock says of files decides nothing")
  func clock() throws {
    let run = try SmallRun()
    #expect(try run.train(environment: ["DREAMER_STOP_AT": "200"]).code != 0)
    // As if the clock had gone back by days in the midst of the run: the oldest files are the newest.
    for (index, path) in try run.shell.contents().keys.sorted().enumerated() {
      let date = Date().addingTimeInterval(Double(86_400 * (40 - index)))
      try FileManager.default.setAttributes(
        [.modificationDate: date], ofItemAtPath: run.shell.url(path).path)
    }
    #expect(try run.train().code == 0)
    let whole = try SmallRun()
    #expect(try whole.train().code == 0)
    #expect(try run.result() == whole.result())
  }
}

@Suite("Runs that are resumed as something else")
struct MismatchTests {
  let run: SmallRun

  init() throws {
    run = try SmallRun()
    _ = try run.train()
  }

  private func expectRefusal(
    _ more: [String], because reason: String, code: Int32 = 65
  ) throws {
    let before = try run.shell.contents()
    let outcome = try run.shell.run(
      ["train", "--logdir", "run", "--resume", "--steps", "200", "--set"] + more)
    #expect(outcome.code == code, "\(outcome.errors)")
    #expect(outcome.errors.contains(reason), "\(outcome.errors)")
    #expect(try run.shell.contents() == before)
  }

  @Test("other sizes and shapes are bad data, and nothing changes")
  func others() throws {
    try expectRefusal(
      ["replay.chunksize=32", "replay.memory=1MB"],
      because:
        "replay.bin: is of chunks of 16 rows, not of 32; resume with the run's own replay.chunksize"
    )
    try expectRefusal(
      ["batch_length=8"], because: "replay.bin: is of windows of 9 rows, not of 17; resume with")
    try expectRefusal(
      ["agent.dyn.rssm.deter=32", "replay.memory=1MB"], because: "parameters.safetensors: ")
  }

  @Test(
    "what a run's state rests on does not change, and nothing else does",
    arguments: [
      ("task=gridworld/Empty-6x6", "gridworld/Empty-5x5"), ("seed=1", "0"),
      ("env.wrap.time_limit=20", "15"),
      ("agent.retnorm.impl=none", "perc"), ("agent.opt.impl=adam", "laprop"),
    ])
  func state(assignment: String, own: String) throws {
    try expectRefusal(
      [assignment],
      because: "the run in run was begun with \(own) and goes on with it; leave it out", code: 64)
  }

  @Test("lines that are damaged are bad data, and nothing changes")
  func lines() throws {
    let file = run.shell.url("run/scores.jsonl")
    try (Data("oops\n".utf8) + Data(contentsOf: file)).write(to: file)
    try expectRefusal(["agent.opt.lr=1"], because: "scores.jsonl: line 1 is no record")
  }

  @Test(
    "a run whose checkpoint is not all there is bad data, and nothing changes",
    arguments: ["state.json", "optimizer.safetensors", ""])
  func incomplete(name: String) throws {
    let checkpoint = run.shell.url("run/checkpoints/\(SmallRun.steps)")
    for other in try FileManager.default.contentsOfDirectory(
      at: checkpoint.deletingLastPathComponent(), includingPropertiesForKeys: nil)
    where other.lastPathComponent != checkpoint.lastPathComponent {
      try FileManager.default.removeItem(at: other)
    }
    try FileManager.default.removeItem(at: checkpoint.appendingPathComponent(name))
    try expectRefusal(
      ["seed=0"],
      because: name.isEmpty ? "is of a run whose checkpoints are gone" : "is no complete checkpoint"
    )
  }

  @Test("a folder of another version is bad data, and nothing changes")
  func version() throws {
    let url = run.shell.url("run/checkpoints/\(SmallRun.steps)/state.json")
    let text = try String(contentsOf: url, encoding: .utf8)
    try text.replacingOccurrences(of: "\"version\":3", with: "\"version\":99")
      .write(to: url, atomically: true, encoding: .utf8)
    try expectRefusal(
      ["seed=0"],
      because:
        "state.json: it is of version 99, and this program reads 3; use the program that wrote it")
  }

  @Test("damaged replay is bad data, and nothing changes")
  func damage() throws {
    let names = try run.shell.contents().keys.filter { $0.hasPrefix("run/replay/") }.sorted()
    #expect(names.count > 2)
    for name in names + ["run/checkpoints/\(SmallRun.steps)/replay.bin"] {
      let data = try Data(contentsOf: run.shell.url(name))
      try data.prefix(data.count / 3).write(to: run.shell.url(name))
      try expectRefusal(["seed=0"], because: name.hasSuffix("latents") ? "latents: is" : "is no")
      try data.write(to: run.shell.url(name))
    }
  }
}

@Suite("Recordings to begin with")
struct PreloadTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  /// Leaves recordings in `episodes`.
  private func record() throws {
    let folder = shell.url("episodes").path
    let outcome = try shell.train(
      "--steps", "60", "--set", "env.wrap.record=\(folder)", "env.wrap.time_limit=10")
    #expect(outcome.code == 0)
    try FileManager.default.removeItem(at: shell.url("run"))
  }

  @Test(
    "recorded episodes are in replay before training begins, and resuming does not add them again")
  func preload() throws {
    try record()
    let options = ["--set", "replay.preload=episodes", "run.log_every=20", "run.save_every=20"]
    let outcome = try shell.run(
      [
        "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "run", "--steps",
        "20",
      ]
        + options)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let line = try String(contentsOf: shell.url("run/metrics.jsonl"), encoding: .utf8)
      .split(separator: "\n").first
    let first = try Shell.object(String(line ?? ""))
    // Twenty steps alone make no window for two environments with windows of nine rows but four.
    #expect(first["replay/items"] as? Double ?? 0 > 8)
    #expect(first["replay/inserts"] as? Double == 4)
    let resumed = try shell.run("train", "--resume", "--logdir", "run", "--steps", "40")
    #expect(resumed.code == 0, "\(resumed.errors)")
  }

  @Test("recordings of other spaces, and folders without any, are refused")
  func mismatch() throws {
    try record()
    var outcome = try shell.run(
      "train", "--env", "pendulum/classic", "--preset", "debug", "--logdir", "other", "--set",
      "replay.preload=episodes")
    #expect(outcome.code == 65)
    #expect(outcome.errors.contains(" instead of ["))
    #expect(
      outcome.errors.contains("name an episode that env.wrap.record wrote in the world of the run"))
    outcome = try shell.run(
      "train", "--env", "pendulum/classic", "--preset", "debug", "--logdir", "other", "--set",
      "replay.preload=nowhere")
    #expect(outcome.code == 66)
    #expect(outcome.errors.contains("nowhere: holds no recorded episodes; record some with"))
    #expect(!FileManager.default.fileExists(atPath: shell.url("other/config.yaml").path))
  }
}
