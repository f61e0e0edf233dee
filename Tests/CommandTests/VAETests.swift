import Foundation
import NeuralNetworks
import Pictures
import Testing

/// `dreamer vae`: training models of single frames, and all that is done with them.
@Suite("models of frames")
struct VAETests {
  static let posteriors = ["gaussian", "full_gaussian", "categorical", "vq", "fsq"]
  private static let png = Data([0x89, 0x50, 0x4e, 0x47])

  let shell: Shell

  init() throws { shell = try Shell() }

  private static let arguments = [
    "vae", "train", "--env", "gridworld/Empty-5x5", "--preset", "debug",
  ]

  /// What becomes of a run with settings that may not make one.
  private func tryTraining(_ settings: [String]) throws -> Shell.Outcome {
    try shell.run(Self.arguments + ["--logdir", "tried", "--set"] + settings)
  }

  private func train(
    _ posterior: String = "gaussian", _ settings: String..., logdir: String = "run"
  ) throws {
    // So many frames that each part has some episodes.
    let set = ["--set", "vae.posterior=\(posterior)", "data.frames=400"] + settings
    let outcome = try shell.run(Self.arguments + ["--logdir", logdir, "--steps", "20"] + set)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  /// What a command on the run says, with frames of the part that has most.
  private func use(_ command: String, _ more: String...) throws -> Shell.Outcome {
    try shell.run(["vae", command, "run"] + more + ["--part", "training"])
  }

  private func expectPicture(_ name: String, _ outcome: Shell.Outcome) {
    #expect(outcome.code == 0, "\(name): \(outcome.errors)")
    let data = try? Data(contentsOf: shell.url(name))
    #expect(data?.prefix(4) == Self.png, "\(name)")
  }

  private func expectRefused(_ outcome: Shell.Outcome, _ words: String...) {
    #expect(outcome.code == 64, "\(outcome.errors)")
    for word in words { #expect(outcome.errors.contains(word), "\(word) in \(outcome.errors)") }
  }

  // MARK: every command

  @Test("each family is trained, shown, told of, and taken out and in", arguments: posteriors)
  func commands(posterior: String) throws {
    try train(posterior)
    let samples = ["--count", "4", "--seed", "3"]
    for source in ["prior", "aggregate"] {
      let name = "\(source).png"
      let outcome = try shell.run(
        ["vae", "sample", "run", "--part", "training", "--from", source, "--out", name] + samples)
      expectPicture(name, outcome)
    }
    let shown = try use("reconstruct", "--count", "3", "--out", "reconstructed.png")
    expectPicture("reconstructed.png", shown)
    let between = try use(
      "interpolate", "--between", "0", "3", "--steps", "3", "--out", "between.png")
    expectPicture("between.png", between)
    let moved = try use("traverse", "--steps", "3", "--out", "moved.png")
    if ["vq", "fsq"].contains(posterior) {
      expectRefused(moved, "codes have no directions")
      #expect(!FileManager.default.fileExists(atPath: shell.url("moved.png").path))
    } else {
      expectPicture("moved.png", moved)
    }
    try exchange(posterior)
    let told = try use("evaluate", "--json")
    #expect(told.code == 0, "\(told.errors)")
    #expect(told.output.split(separator: "\n").count == 1)
    let object = try Shell.object(told.output)
    let elbo = try #require(object["elbo"] as? Double)
    #expect(elbo.isFinite && elbo < 0)
    #expect(object["updates"] as? Int == 20)
  }

  /// Encodes frames, and decodes them to a picture and to a file.
  private func exchange(_ posterior: String) throws {
    let encoded = try use("encode", "--count", "6", "--out", "latents.safetensors")
    #expect(encoded.code == 0, "\(encoded.errors)")
    let latents = try SafeTensors(contentsOf: shell.url("latents.safetensors"))
    #expect(latents["latents"]?.shape.first == 6)
    #expect((latents["codes"] != nil) == ["vq", "fsq"].contains(posterior))
    #expect((latents["deviations"] != nil) == posterior.hasSuffix("gaussian"))
    let drawn = try shell.run("vae", "decode", "run", "latents.safetensors", "--out", "frames.png")
    expectPicture("frames.png", drawn)
    let decoded = try shell.run(
      "vae", "decode", "run", "latents.safetensors", "--out", "frames.safetensors")
    #expect(decoded.code == 0, "\(decoded.errors)")
    let frames = try SafeTensors(contentsOf: shell.url("frames.safetensors"))
    #expect(frames["frames"]?.shape == [6, 16, 16, 3])
  }

  private func sampleMixture() throws -> Shell.Outcome {
    try use(
      "sample", "--from", "mixture", "--components", "2", "--count", "4", "--out", "mixture.png")
  }

  @Test("a mixture is fitted to normal latents", arguments: ["gaussian", "full_gaussian"])
  func mixture(posterior: String) throws {
    try train(posterior)
    expectPicture("mixture.png", try sampleMixture())
  }

  @Test("no mixture is fitted to other latents", arguments: ["categorical", "vq", "fsq"])
  func noMixture(posterior: String) throws {
    try train(posterior)
    expectRefused(try sampleMixture(), "--from mixture", "are no points of a space", "aggregate")
    #expect(!FileManager.default.fileExists(atPath: shell.url("mixture.png").path))
  }

  @Test("the same seed draws the same bytes, and another seed others")
  func seeds() throws {
    try train()
    func sample(_ seed: String) throws -> Data {
      let outcome = try use("sample", "--count", "4", "--seed", seed, "--out", "\(seed).png")
      #expect(outcome.code == 0, "\(outcome.errors)")
      return try Data(contentsOf: shell.url("\(seed).png"))
    }
    let (first, other) = (try sample("3"), try sample("4"))
    #expect(try sample("3") == first)
    #expect(first != other)
  }

  // MARK: refusals

  @Test(
    "what is about a divergence is refused where that is a constant, with the reason",
    arguments: ["vq", "fsq"], ["kl.weight=2", "kl.anneal=linear", "kl.free.nats=1"])
  func divergence(posterior: String, setting: String) throws {
    let outcome = try tryTraining(["vae.posterior=\(posterior)", "vae.\(setting)"])
    let key = setting.prefix { $0 != "=" }
    expectRefused(
      outcome, "vae.\(key)", "the divergence of \(posterior) latents from the uniform prior")
    #expect(!FileManager.default.fileExists(atPath: shell.url("tried").path))
  }

  @Test(
    "settings that make no model are refused, with the reason",
    arguments: [
      (["vae.latent.unimix=0.01"], ["vae.latent.unimix", "gaussian latents have none"]),
      (["vae.latent.size=769"], ["vae.latent.size", "more than the 768 of a frame"]),
      (
        ["vae.objective=iwae", "vae.posterior=categorical"],
        ["vae.objective", "cannot be iwae with categorical latents"]
      ),
    ])
  func settings(settings: [String], words: [String]) throws {
    let outcome = try tryTraining(settings)
    expectRefused(outcome)
    for word in words { #expect(outcome.errors.contains(word), "\(word) in \(outcome.errors)") }
  }

  @Test("a condition needs labels")
  func labels() throws {
    let folder = shell.url("pictures")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    for number in 0..<4 {
      let pixels = [UInt8](repeating: UInt8(60 * number), count: 64)
      try Picture(height: 8, width: 8, channels: 1, pixels: pixels)
        .writePNG(to: folder.appendingPathComponent("\(number).png"))
    }
    let outcome = try shell.run(
      "vae", "train", "--folder", "pictures", "--preset", "debug", "--logdir", "refused", "--set",
      "vae.conditional=true")
    expectRefused(outcome, "vae.conditional", "the frames have no labels")
  }

  @Test("frames come from one source")
  func sources() throws {
    let none = try shell.run("vae", "train", "--preset", "debug", "--logdir", "refused")
    expectRefused(none, "which frames?", "--env")
    let two = try shell.run(Self.arguments + ["--folder", "pictures", "--logdir", "refused"])
    expectRefused(two, "frames come from one source", "data.folder")
    #expect(!FileManager.default.fileExists(atPath: shell.url("refused").path))
  }

  @Test("bits are of probabilities")
  func bits() throws {
    try train("gaussian", "vae.likelihood=gaussian")
    expectRefused(
      try use("evaluate", "--bits"), "bits per dimension", "gaussian likelihood", "densities")
  }

  @Test("draws that have no densities cannot be weighed")
  func weights() throws {
    try train("vq")
    expectRefused(try use("evaluate", "--iwae", "10"), "--iwae", "vq latents have none")
  }

  @Test("a run of the other kind is told from its own")
  func kinds() throws {
    try train(logdir: "frames")
    try shell.train("--steps", "20")
    let agent = try shell.run("vae", "evaluate", "run")
    #expect(agent.code == 65, "\(agent.errors)")
    #expect(agent.errors.contains("is of an agent, not of a model of frames"), "\(agent.errors)")
    let frames = try shell.run("evaluate", "frames", "--episodes", "1")
    #expect([64, 65, 66].contains(frames.code), "\(frames.errors)")
    #expect(frames.errors.contains("dreamer: "), "\(frames.errors)")
  }

  // MARK: what befalls a run

  @Test("a run that a signal ends goes on as if it had not")
  func signal() throws {
    let arguments =
      Self.arguments + [
        "--steps", "1500", "--set", "run.eval_every=0", "run.save_every=0", "run.log_every=10",
      ]
    let whole = try shell.run(arguments + ["--logdir", "whole"])
    #expect(whole.code == 0, "\(whole.errors)")
    let running = try shell.start(arguments + ["--logdir", "run"])
    let metrics = shell.url("run/metrics.jsonl").path
    running.wait { FileManager.default.contents(atPath: metrics)?.isEmpty == false }
    running.signal(SIGTERM)
    let stopped = try running.finish()
    #expect(stopped.code == 143, "\(stopped.errors)")
    #expect(stopped.errors.contains("interrupted and saved"))
    let resumed = try shell.run("vae", "train", "--resume", "--logdir", "run")
    #expect(resumed.code == 0, "\(resumed.errors)")
    for name in ["parameters", "optimizer"] {
      let path = "checkpoints/1500/\(name).safetensors"
      let expected = try Data(contentsOf: shell.url("whole/\(path)"))
      #expect(try Data(contentsOf: shell.url("run/\(path)")) == expected, "\(name)")
    }
  }

  @Test("a model that has lost its numbers is looked at without a crash")
  func lost() throws {
    let outcome = try tryTraining([
      "opt.lr=1000", "run.on_nonfinite=skip", "run.eval_every=20", "run.steps=20",
    ])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let metrics = try String(contentsOf: shell.url("tried/metrics.jsonl"), encoding: .utf8)
    #expect(metrics.contains("\"warning/skipped_update\": "))
  }
}
