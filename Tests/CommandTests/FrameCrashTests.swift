import Foundation
import Randomness
import Testing

/// A small run of a model of frames that has everything: two checkpoints after that of the beginning,
/// lines, looks with pictures.
private struct SmallFrameRun {
  let shell: Shell
  let settings: [String]

  init(_ settings: [String]) throws {
    shell = try Shell()
    self.settings = settings
  }

  static let steps = 20

  var arguments: [String] {
    [
      "vae", "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", "run",
      "--resume", "--steps", "\(Self.steps)", "--set", "batch_size=8", "run.log_every=5",
      "run.eval_every=10", "run.save_every=8", "run.eval_frames=8", "run.threads=1",
      "env.wrap.size=8", "data.frames=200", "vae.net.depth=4", "vae.net.units=8",
    ] + settings
  }

  /// Trains to the end, or goes on to it.
  func train(environment: [String: String] = [:]) throws -> Shell.Outcome {
    try shell.run(arguments, environment: environment)
  }

  /// What must be the same: lines without what depends on the clock, and the last checkpoint.
  func result() throws -> [String: Data] {
    var result: [String: Data] = [:]
    let lines = try TrainTests.withoutTimes(shell.url("run/metrics.jsonl"))
    result["metrics.jsonl"] = Data(lines.joined(separator: "\n").utf8)
    result["scores.jsonl"] = try Data(contentsOf: shell.url("run/scores.jsonl"))
    for name in [
      "parameters.safetensors", "optimizer.safetensors", "state.json", "config.yaml",
    ] {
      let path = "run/checkpoints/\(Self.steps)/\(name)"
      result[name] = try Data(contentsOf: shell.url(path))
    }
    return result
  }
}

@Suite("runs of models of frames that are cut off")
struct FrameCrashTests {
  static let kinds = [
    ["vae.posterior=gaussian"],
    [
      "vae.posterior=vq", "vae.latent.shape=spatial", "vae.latent.size=1", "vae.codebook.restart=1",
    ],
  ]

  /// `DREAMER_CRASHES=all` tries each moment, as `make crash-sweep` does; else these are tried.
  private static let moments: [Int] =
    ProcessInfo.processInfo.environment["DREAMER_CRASHES"] == "all"
    ? Array(1...10_000)
    : (0..<10).map { Int(Key(seed: 5).uniform(at: $0) * 330) + 1 }

  private func expected(_ settings: [String]) throws -> [String: Data] {
    let run = try SmallFrameRun(settings)
    let outcome = try run.train()
    #expect(outcome.code == 0, "\(outcome.errors)")
    return try run.result()
  }

  @Test(
    "a run that stops at any write, sync, rename or removal goes on as if it had not",
    arguments: kinds)
  func stops(settings: [String]) throws {
    let expected = try expected(settings)
    for moment in Self.moments {
      let run = try SmallFrameRun(settings)
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

  @Test("a run that is killed at any time goes on as if it had not", arguments: kinds)
  func kills(settings: [String]) throws {
    let expected = try expected(settings)
    let run = try SmallFrameRun(settings)
    for index in 0..<8 {
      let running = try run.shell.start(run.arguments)
      Thread.sleep(forTimeInterval: 0.2 * Double(Key(seed: 4).uniform(at: index)))
      running.signal(SIGKILL)
      _ = try running.finish()
    }
    let resumed = try run.train()
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(try run.result() == expected)
  }

  @Test("a full disk is an error, and the run goes on when there is space", arguments: [1, 9, 40])
  func full(write: Int) throws {
    let run = try SmallFrameRun(Self.kinds[0])
    let outcome = try run.train(environment: ["DREAMER_FULL_AT": "\(write)"])
    #expect(outcome.code == 74, "\(outcome.errors)")
    let error = outcome.errors.split(separator: "\n").last ?? ""
    #expect(error.contains("cannot be written (No space left on device)"))
    #expect(try run.train().code == 0)
    #expect(try run.result() == expected(Self.kinds[0]))
  }

  @Test("a run folder is one process's at a time")
  func locked() throws {
    let run = try SmallFrameRun(["run.steps=100000000"])
    let running = try run.shell.start(run.arguments.filter { !["--steps", "20"].contains($0) })
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
}
