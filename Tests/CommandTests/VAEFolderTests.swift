import Foundation
import NeuralNetworks
import Pictures
import TestSupport
import Testing

/// `dreamer vae` with folders and files that are not what they should be.
@Suite("models of frames and what is in their way")
struct VAEFolderTests {
  let shell: Shell

  init() throws { shell = try Shell() }

  private func train(_ more: [String], logdir: String = "run") throws -> Shell.Outcome {
    try shell.run(
      [
        "vae", "train", "--env", "gridworld/Empty-5x5", "--preset", "debug", "--logdir", logdir,
      ] + more)
  }

  private func expectFailure(
    _ outcome: Shell.Outcome, code: Int32, _ words: String...
  ) {
    #expect(outcome.code == code, "\(outcome.errors)")
    #expect(outcome.output == "")
    for word in words { #expect(outcome.errors.contains(word), "\(word) in \(outcome.errors)") }
  }

  /// A run of ten updates.
  private func trainBriefly() throws {
    let outcome = try train(["--steps", "10", "--set", "data.frames=400"])
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  // MARK: going on

  @Test("--resume without a folder, and where there is no run, says what is missing")
  func nothing() throws {
    expectFailure(
      try shell.run("vae", "train", "--resume"), code: 64, "name it with --logdir")
    expectFailure(
      try shell.run("vae", "train", "--resume", "--logdir", "none"), code: 64,
      "there is no run in none to continue")
    #expect(!FileManager.default.fileExists(atPath: shell.url("none").path))
  }

  @Test("other settings, other frames and fewer steps are refused, and nothing changes")
  func others() throws {
    try trainBriefly()
    let before = try shell.contents()
    for (more, word) in [
      (["--set", "vae.latent.size=5"], "vae.latent.size"),
      (["--set", "opt.lr=0.1"], "opt.lr"), (["--set", "batch_size=17"], "batch_size"),
      (["--seed", "4"], "seed"), (["--set", "data.frames=300"], "data.frames"),
    ] {
      let outcome = try shell.run(
        ["vae", "train", "--resume", "--logdir", "run", "--steps", "20"] + more)
      expectFailure(
        outcome, code: 64, word, "goes on with it; leave it out, or begin another run with --from")
      #expect(try shell.contents() == before)
    }
    let fewer = try shell.run("vae", "train", "--resume", "--logdir", "run", "--steps", "5")
    expectFailure(fewer, code: 64, "has made 10 steps already; --steps must be more")
    let again = try train(["--steps", "20"])
    expectFailure(again, code: 64, "run: ")
    #expect(try shell.contents() == before)
  }

  @Test("a finished run says so")
  func finished() throws {
    try trainBriefly()
    let outcome = try shell.run("vae", "train", "--resume", "--logdir", "run")
    #expect(outcome.code == 0)
    #expect(outcome.errors.contains("all 10 updates are made already, and nothing was changed"))
  }

  // MARK: words

  @Test(
    "what is mistyped is told of this command, and not of those for agents",
    arguments: [
      (["vae", "smaple"], "Unknown command 'smaple'. Did you mean 'dreamer vae sample'?"),
      (["vae", "eval", "run"], "Did you mean 'dreamer vae evaluate'? Commands: train, evaluate,"),
      (["vae", "train", "--env", "x", "--steps", "x"], "expected a whole number"),
      (
        ["vae", "evaluate", "run", "--set", "vae.kl.weight=3"], "vae.kl.weight belongs to the model"
      ),
      (
        ["vae", "train", "--env", "x", "--kl.weight", "3"],
        "keys are set with --set vae.kl.weight=3"
      ),
      (
        ["vae", "train", "--vae.posterior", "vq"],
        "Write:  dreamer vae train --set vae.posterior=vq"
      ),
      (["vae", "sample", "run", "--tempratur", "0"], "did you mean --temperature?"),
      (["vae", "sample", "run", "--bits"], "it goes with dreamer vae evaluate"),
      (["evaluate", "run", "--episode", "3"], "--episode"),
    ])
  func mistyped(arguments: [String], words: String) throws {
    expectFailure(try shell.run(arguments), code: 64, words)
  }

  // MARK: where results go

  @Test("a folder that may not be written to is an error")
  func readOnly() throws {
    let outcome = try train([], logdir: "/proc/run")
    expectFailure(outcome, code: 74, "dreamer: /proc/run", "cannot be")
  }

  @Test("what cannot be written is said before any work, and a full standard output after it")
  func refused() throws {
    try trainBriefly()
    let outcome = try shell.run(
      "vae", "encode", "run", "--part", "training", "--out", "/dev/full")
    expectFailure(outcome, code: 74, "/dev/full: cannot be written")
    for command in ["sample", "reconstruct", "interpolate", "traverse"] {
      let unknown = try shell.run("vae", command, "run", "--out", "frames.bmp")
      expectFailure(unknown, code: 64, "frames.bmp: its suffix says no kind of picture")
      let nowhere = try shell.run(
        "vae", command, "run", "--part", "training", "--out", "nowhere/frames.png")
      expectFailure(nowhere, code: 74, "nowhere/frames.png: cannot be written")
    }
    let told = try shell.script(
      "$D vae evaluate run --part training --json --bounds-only >/dev/full")
    expectFailure(told, code: 74, "standard output: cannot be written (No space left on device)")
  }

  // MARK: runs of the other kind

  @Test("commands for agents refuse a run of a model of frames, and say what it is")
  func agents() throws {
    try trainBriefly()
    for command in [
      ["evaluate", "run", "--episodes", "1"], ["imagine", "run"], ["play", "--dream", "run"],
    ] {
      let outcome = try shell.run(command)
      expectFailure(outcome, code: 65, "is of a model of frames", "dreamer vae")
    }
    let resumed = try shell.run("train", "--resume", "--logdir", "run", "--steps", "50")
    #expect([64, 65].contains(resumed.code), "\(resumed.errors)")
    #expect(resumed.errors.hasPrefix("dreamer: "), "\(resumed.errors)")
  }

  // MARK: little data

  /// Grey pictures of one shade each.
  private func draw(_ count: Int, side: Int, in folder: String) throws {
    let url = shell.url(folder)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for number in 0..<count {
      try Picture(
        height: side, width: side, channels: 1,
        pixels: [UInt8](repeating: UInt8(80 * number), count: side * side)
      ).writePNG(to: url.appendingPathComponent("\(number).png"))
    }
  }

  @Test(
    "three frames in a batch of sixteen are learned, and every command makes do with them",
    arguments: ["gaussian", "vq"])
  func fewFrames(posterior: String) throws {
    try draw(3, side: 8, in: "pictures")
    let trained = try shell.run(
      "vae", "train", "--folder", "pictures", "--preset", "debug", "--logdir", "run", "--steps",
      "10", "--set", "vae.posterior=\(posterior)", "run.eval_every=5")
    #expect(trained.code == 0, "\(trained.errors)")
    for command in [
      ["evaluate", "run", "--json"], ["sample", "run", "--from", "aggregate"],
      ["reconstruct", "run", "--count", "1"], ["encode", "run", "--out", "latents.safetensors"],
      ["decode", "run", "latents.safetensors", "--out", "decoded.png"],
      ["interpolate", "run", "--between", "0", "0"],
    ] {
      let outcome = try shell.run(["vae"] + command)
      #expect(outcome.code == 0, "\(command): \(outcome.errors)")
    }
    let many = try shell.run("vae", "reconstruct", "run")
    expectFailure(many, code: 64, "frames 0 to 9 of a part of 1: lower --first or --count")
    #expect(try shell.run("report", "run").code == 0)
    #expect(try shell.run("inspect", "run").code == 0)
  }

  @Test("frames of one pixel are learned", arguments: ["gaussian", "full_gaussian", "vq", "fsq"])
  func onePixel(posterior: String) throws {
    try draw(3, side: 1, in: "pictures")
    let trained = try shell.run(
      "vae", "train", "--folder", "pictures", "--preset", "debug", "--logdir", "run", "--steps",
      "10", "--set", "vae.posterior=\(posterior)", "vae.net.stages=0", "vae.latent.size=1",
      "vae.codebook.width=1", "vae.fsq.levels=[4]", "vae.likelihood=logistic", "run.eval_every=5")
    #expect(trained.code == 0, "\(trained.errors)")
    let told = try shell.run("vae", "evaluate", "run", "--json")
    #expect(told.code == 0, "\(told.errors)")
    #expect(try (Shell.object(told.output)["bits_per_dim"] as? Double)?.isFinite == true)
    #expect(try shell.run("report", "run").code == 0)
  }

  // MARK: numbers

  @Test("an evaluation is one JSON object of finite numbers", arguments: ["gaussian", "vq"])
  func numbers(posterior: String) throws {
    let trained = try train([
      "--steps", "10", "--set", "vae.posterior=\(posterior)", "data.frames=400",
      "vae.likelihood=logistic",
    ])
    #expect(trained.code == 0, "\(trained.errors)")
    let weighs = posterior == "gaussian" ? ["--iwae", "5"] : []
    let told = try shell.run(
      ["vae", "evaluate", "run", "--json", "--part", "training"] + weighs)
    #expect(told.code == 0, "\(told.errors)")
    let object = try Shell.object(told.output)
    let numbers = object.values.flatMap { $0 as? [Double] ?? [$0 as? Double].compactMap { $0 } }
    #expect(numbers.count > 8 && numbers.allSatisfy { $0.isFinite })
    #expect((object["iwae"] != nil) == (posterior == "gaussian"), "\(object.keys.sorted())")
  }

  @Test("a number that is none ends a run with the tensor, the batch and the likely cause")
  func nonFinite() throws {
    let outcome = try train(["--set", "opt.lr=1000", "run.eval_every=0"])
    expectFailure(outcome, code: 70, "is no finite number at update ", "the batch is in run/")
    let files = try FileManager.default.subpathsOfDirectory(atPath: shell.url("run").path)
    #expect(files.contains { $0.hasSuffix("-0.safetensors") })
    #expect(try shell.run("inspect", "run").code == 0)
  }
}
