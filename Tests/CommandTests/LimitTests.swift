import Foundation
import Testing

/// Commands on a machine that gives them little.
@Suite("Limits of the machine", .serialized)
struct LimitTests {
  /// Runs a command under limits of the shell's, such as `ulimit -v 200000`; ended after half a minute.
  private func run(
    _ arguments: [String], under limits: String, in shell: Shell
  ) throws -> Shell.Outcome {
    let words = ([Shell.executable.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    return try shell.run(
      URL(fileURLWithPath: "/bin/sh"),
      ["-c", "ulimit -c 0; \(limits); exec timeout -s KILL 30 \(words)"])
  }

  private func expectOneLine(_ outcome: Shell.Outcome, _ what: String) {
    #expect([0, 64, 65, 66, 70, 74].contains(outcome.code), "\(what): \(outcome)")
    #expect(!outcome.errors.contains("Fatal error"), "\(what): \(outcome.errors)")
    #expect(!outcome.errors.contains("crashed"), "\(what): \(outcome.errors)")
  }

  @Test("an agent that does not fit is told before the work, with what it needs")
  func agent() throws {
    let shell = try Shell()
    let outcome = try run(
      ["train", "--env", "gridworld/Empty-5x5", "--preset", "size100m", "--logdir", "run"],
      under: "ulimit -v 2000000", in: shell)
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("MiB of memory to be trained ("))
    #expect(outcome.errors.contains("are left by ulimit -v; choose a smaller preset"))
    #expect(!FileManager.default.fileExists(atPath: shell.url("run").path))
  }

  @Test("an allocation that fails is one line and 74")
  func allocation() throws {
    let shell = try Shell()
    let outcome = try run(
      ["train", "--env", "gridworld/Empty-5x5", "--preset", "size12m", "--steps", "100"],
      under: "ulimit -v 450000", in: shell)
    #expect([64, 74].contains(outcome.code), "\(outcome)")
    #expect(outcome.errors.contains("memory"))
    expectOneLine(outcome, "size12m")
  }

  @Test(
    "no command hangs or crashes for lack of memory", arguments: [120, 160, 250])
  func little(megabytes: Int) throws {
    let shell = try Shell()
    try shell.train("--steps", "100")
    for arguments in [
      ["evaluate", "run", "--episodes", "2", "--json"], ["imagine", "run", "--out", "dream.png"],
      ["train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "\(megabytes)"],
      ["report", "run", "--episodes", "6"], ["inspect", "run"], ["envs"],
      ["bench", "--preset", "debug", "--updates", "1"],
    ] {
      let outcome = try run(arguments, under: "ulimit -v \(megabytes * 1024)", in: shell)
      expectOneLine(outcome, arguments.joined(separator: " "))
    }
  }

  @Test("what memory an agent takes is told at the start")
  func need() throws {
    let outcome = try Shell().train("--steps", "20")
    #expect(outcome.errors.contains("agent: "))
    #expect(outcome.errors.contains(" parameters; "))
    #expect(outcome.errors.contains("(batch_size, batch_length) and the program"))
  }

  @Test("threads are those of the affinity", .enabled(if: Self.hasTaskset))
  func affinity() throws {
    let shell = try Shell()
    let outcome = try shell.run(
      URL(fileURLWithPath: "/bin/sh"),
      [
        "-c",
        "cpu=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//'); taskset -c $cpu "
          + "'\(Shell.executable.path)' bench --preset debug --updates 1",
      ])
    #expect(outcome.output.contains("; 1 thread\n"), "\(outcome)")
    #expect(outcome.output.contains("2048³, 1 core"))
  }

  private static var hasTaskset: Bool {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/taskset")
  }

  @Test("a benchmark under foreign kernels says so, and compares nothing")
  func foreignKernels() throws {
    let outcome = try Shell().run(
      ["bench", "--preset", "debug", "--updates", "1"],
      environment: ["OPENBLAS_CORETYPE": "Sandybridge"])
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("no normalised update: OPENBLAS_CORETYPE has"))
    #expect(outcome.output.contains("; OPENBLAS_CORETYPE=Sandybridge"))
  }

  @Test("a run that goes on under another instruction set is told so")
  func instructionSet() throws {
    let shell = try Shell()
    #expect(try shell.train("--steps", "20").code == 0)
    func resume(_ environment: [String: String]) throws -> Shell.Outcome {
      try shell.run(
        ["train", "--resume", "--logdir", "run", "--steps", "40"], environment: environment)
    }
    let outcome = try resume(["DREAMER_SIMD": "plain"])
    #expect(outcome.errors.contains("note: this run was saved on "))
    #expect(outcome.errors.contains("and goes on with plain, "))
    #expect(!(try resume(["DREAMER_SIMD": "plain"]).errors.contains("was saved on")))
  }
}
