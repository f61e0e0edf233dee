import Foundation
import Testing

/// Signals that end commands, as terminals, containers and batch systems send them.
@Suite("Signals", .serialized)
struct SignalTests {
  /// A run whose evaluations take minutes.
  private static let evaluating = [
    "train", "--env", "gridworld/Empty-16x16", "--preset", "debug", "--logdir", "run", "--steps",
    "20000", "--set", "run.eval_every=100", "run.eval_eps=4000",
  ]

  @Test(
    "training saves and ends on what systems announce the end with",
    arguments: [SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU])
  func announced(signal: Int32) throws {
    let shell = try Shell()
    let running = try shell.start([
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "run", "--steps",
      "100000000", "--set", "run.save_every=90000000",
    ])
    let metrics = shell.url("run/metrics.jsonl").path
    running.wait { FileManager.default.contents(atPath: metrics)?.isEmpty == false }
    running.signal(signal)
    let outcome = try running.finish()
    #expect(outcome.code == 128 + signal)
    #expect(outcome.errors.contains("interrupted and saved"))
    #expect(try Self.newestStep(shell) > 0)
  }

  private static func newestStep(_ shell: Shell) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: shell.url("run/checkpoints").path)
      .compactMap { Int($0) }.max() ?? -1
  }

  @Test("a run that was started with hang-ups ignored goes on")
  func nohup() throws {
    let shell = try Shell()
    let script = """
      trap '' HUP
      exec '\(Shell.executable.path)' train --env gridworld/Empty-5x5 --preset debug --logdir run \
      --steps 100000000
      """
    let running = try shell.start(["-c", script], of: URL(fileURLWithPath: "/bin/sh"))
    let metrics = shell.url("run/metrics.jsonl")
    func size() -> Int { (try? Data(contentsOf: metrics).count) ?? 0 }
    running.wait { size() > 0 }
    running.signal(SIGHUP)
    let before = size()
    running.wait { size() > before }
    #expect(running.process.isRunning)
    running.signal(SIGTERM)
    #expect(try running.finish().code == 143)
  }

  @Test("an evaluation in training stops at once, and the run saves the step before it")
  func evaluation() throws {
    let shell = try Shell()
    let running = try shell.start(Self.evaluating)
    let metrics = shell.url("run/metrics.jsonl")
    running.wait {
      (try? String(contentsOf: metrics, encoding: .utf8))?.contains("\"step\": 100,") == true
    }
    Thread.sleep(forTimeInterval: 0.5)
    let clock = ContinuousClock.now
    running.signal(SIGTERM)
    let outcome = try running.finish()
    #expect(ContinuousClock.now - clock < .seconds(5))
    #expect(outcome.code == 143)
    #expect(outcome.errors.contains("interrupted and saved"))
    let step = try Self.newestStep(shell)
    #expect(step >= 100)
    let state = try String(
      contentsOf: shell.url("run/checkpoints/\(step)/state.json"), encoding: .utf8)
    #expect(state.contains("\"rest\":"))
  }

  @Test("updates without end between two steps of the environments stop, too")
  func updates() throws {
    let run = try SmallRun()
    let running = try run.shell.start(
      SmallRun.arguments + ["run.train_ratio=1e6", "run.log_every=1"])
    let log = run.shell.url("run/metrics.jsonl")
    var size = 0
    running.wait {
      Thread.sleep(forTimeInterval: 0.3)
      defer { size = (try? Data(contentsOf: log).count) ?? 0 }
      return size > 1000 && size == (try? Data(contentsOf: log).count)
    }
    let clock = ContinuousClock.now
    running.signal(SIGTERM)
    let outcome = try running.finish()
    #expect(ContinuousClock.now - clock < .seconds(5))
    #expect(outcome.code == 143 && outcome.errors.contains("interrupted and saved"))
  }

  @Test(
    "commands that save nothing end at once",
    arguments: [
      ["evaluate", "run", "--episodes", "1000000"],
      ["imagine", "run", "--sequences", "1000", "--errors"],
      ["report", "run", "--episodes", "100000"],
      ["bench", "--preset", "size12m"], ["bench", "--replay", "--steps", "100000000"],
    ], [SIGTERM, SIGINT])
  func others(arguments: [String], signal: Int32) throws {
    let shell = try Shell()
    try shell.train("--steps", "20")
    let folder = shell.url("tmp")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let running = try shell.start(arguments, environment: ["TMPDIR": folder.path])
    Thread.sleep(forTimeInterval: 0.4)
    #expect(running.process.isRunning)
    let clock = ContinuousClock.now
    running.signal(signal)
    let outcome = try running.finish()
    #expect(ContinuousClock.now - clock < .seconds(2.5))
    #expect(outcome.code == 128 + signal)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    #expect(!FileManager.default.fileExists(atPath: shell.url("report.html.partial").path))
  }

  @Test(
    "a command that is process 1 ends on a signal", .enabled(if: Self.canBeFirst),
    arguments: [SIGTERM, SIGINT, SIGHUP])
  func first(signal: Int32) throws {
    let shell = try Shell()
    try shell.train("--steps", "20")
    let running = try shell.start(
      ["-Urpf", Shell.executable.path, "evaluate", "run", "--episodes", "1000000"],
      of: Self.unshare)
    var child: Int32?
    running.wait {
      child = try? shell.run(
        URL(fileURLWithPath: "/usr/bin/pgrep"), ["-P", "\(running.process.processIdentifier)"]
      ).output.split(separator: "\n").first.flatMap { Int32($0) }
      return child != nil
    }
    Thread.sleep(forTimeInterval: 0.5)
    kill(try #require(child), signal)
    // What `unshare` makes of its child's code.
    #expect(try running.finish().code == 128 + signal)
  }

  private static let unshare = URL(fileURLWithPath: "/usr/bin/unshare")

  /// Whether this machine lets us begin a process of number 1.
  private static var canBeFirst: Bool {
    guard let shell = try? Shell(),
      FileManager.default.isExecutableFile(atPath: "/usr/bin/pgrep")
    else { return false }
    return (try? shell.run(unshare, ["-Urpf", "/bin/true"]).code) == 0
  }
}
