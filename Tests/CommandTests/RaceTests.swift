import Foundation
import Testing

@Suite("Beside a run that trains")
struct RaceTests {
  let shell: Shell
  private let training: Shell.Running

  /// A run that saves every two steps.
  init() throws {
    shell = try Shell()
    training = try shell.start([
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--steps", "1000000",
      "--logdir", "run", "--set", "run.save_every=2", "run.report_every=0", "run.log_every=50",
      "run.train_ratio=0.01", "run.threads=1", "replay.size=100", "replay.chunksize=32",
    ])
    let metrics = shell.url("run/metrics.jsonl").path
    training.wait { FileManager.default.contents(atPath: metrics)?.isEmpty == false }
  }

  /// Expects that a command never fails.
  private func expectSuccess(
    of command: [String], times: Int, removing leftover: String? = nil
  ) throws {
    defer { training.signal(SIGTERM) }
    for number in 0..<times {
      let outcome = try shell.start(command, input: "q").finish()
      #expect(outcome.code == 0, "\(number): \(outcome.errors)\(outcome.output)")
      if let leftover { try FileManager.default.removeItem(at: shell.url(leftover)) }
    }
    #expect(training.process.isRunning)
    training.signal(SIGTERM)
    #expect(try training.finish().code == 143)
    #expect(try shell.run("inspect", "run").code == 0)
  }

  @Test("inspect finds nothing wrong")
  func inspect() throws { try expectSuccess(of: ["inspect", "run"], times: 25) }

  @Test("a new run begins with what is newest")
  func start() throws {
    try expectSuccess(
      of: KeptRun.start + ["run", "--steps", "2"], times: 15, removing: "new")
  }

  @Test("an agent is evaluated")
  func evaluate() throws {
    try expectSuccess(of: ["evaluate", "run", "--episodes", "1"], times: 15)
  }

  @Test("an agent is reported on")
  func report() throws {
    try expectSuccess(of: ["report", "run", "--episodes", "6", "--out", "x.html"], times: 2)
    let page = try String(contentsOf: shell.url("x.html"), encoding: .utf8)
    #expect(!page.contains("cannot be looked at"))
  }

  @Test("a run whose folder is moved ends, says so, and can be continued where it is")
  func moved() throws {
    try FileManager.default.moveItem(at: shell.url("run"), to: shell.url("elsewhere"))
    let outcome = try training.finish()
    #expect(outcome.code == 74)
    #expect(
      outcome.errors.contains("run: was moved or removed while the run was training in it; "),
      "\(outcome.errors)")
    #expect(!FileManager.default.fileExists(atPath: shell.url("run").path))
    let step =
      try FileManager.default.contentsOfDirectory(
        atPath: shell.url("elsewhere/checkpoints").path
      ).compactMap { Int($0) }.max() ?? 0
    let resumed = try shell.run(
      "train", "--resume", "--logdir", "elsewhere", "--steps", "\(step + 20)")
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(try shell.run("inspect", "elsewhere").code == 0)
  }
}

@Suite("Runs that begin at the same time")
struct SameTimeTests {
  @Test("each gets a folder of its own")
  func folders() throws {
    let shell = try Shell()
    let runs = try (1...4).map { seed in
      try shell.start([
        "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--steps", "10", "--seed",
        "\(seed)",
      ])
    }
    for run in runs {
      let outcome = try run.finish()
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: shell.url("runs").path)
    #expect(names.count == 4)
    #expect(names.contains { $0.hasSuffix("-2") })
  }

  @Test("in one folder, one trains and the others are told; who only looks is in nobody's way")
  func oneFolder() throws {
    let shell = try Shell()
    let arguments = [
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "run",
    ]
    let runs = try (0..<3).map { _ in try shell.start(arguments) }
    let codes = try runs.map { try $0.finish().code }
    #expect(codes.sorted() == [0, 64, 64])
    #expect(try shell.run("inspect", "run").code == 0)
  }

  @Test("a run that cannot begin leaves no folder")
  func refused() throws {
    let shell = try Shell()
    let command = [
      "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--set",
      "replay.preload=nowhere",
    ]
    #expect(try shell.run(command).code == 66)
    #expect(try FileManager.default.contentsOfDirectory(atPath: shell.url("runs").path).isEmpty)
    #expect(try shell.run(command + ["--logdir", "run"]).code == 66)
    #expect(!FileManager.default.fileExists(atPath: shell.url("run").path))
  }
}
