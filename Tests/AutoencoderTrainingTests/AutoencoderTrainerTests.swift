import AutoencoderTraining
import Autoencoders
import Configuration
import Files
import Foundation
import FrameSources
import Kernels
import NeuralNetworks
import Randomness
import Runs
import TestSupport
import Testing

/// Sixty updates on 200 small frames of a gridworld, and what is done with their checkpoints.
@Suite("learning models of frames")
struct AutoencoderTrainerTests {
  static let posteriors = ["gaussian", "full_gaussian", "categorical", "vq", "fsq"]

  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func folder(_ name: String) -> RunFolder {
    RunFolder(at: scratch.url.appendingPathComponent(name))
  }

  private func configuration(_ settings: [String]) throws -> FrameTrainingConfiguration {
    try FrameTrainingConfiguration.resolve(
      presets: ["debug"], set: ["task=gridworld/Empty-5x5", "run.threads=1"] + settings
    ).configuration
  }

  @discardableResult
  private func train(
    _ name: String, _ settings: [String] = [], resuming: Bool = false, from weights: URL? = nil,
    stoppingAt last: Int? = nil
  ) throws -> AutoencoderTrainer.Outcome {
    let trainer = try AutoencoderTrainer(
      configuration(settings), in: folder(name), resuming: resuming, startingFrom: weights)
    return try trainer.run { trainer.step == last }
  }

  private func checkpoint(_ run: String) throws -> Checkpoint {
    try #require(folder(run).completeCheckpoints().last)
  }

  /// The lines of a log without what depends on the clock.
  private func metrics(_ run: String) throws -> [String] {
    let member = #/"(time|fps|usage)/[^"]*": [^,}]*(, )?/#
    return try String(contentsOf: folder(run).metrics, encoding: .utf8).split(separator: "\n")
      .map { String($0.replacing(member, with: "")) }
  }

  // MARK: going on

  @Test(
    "stopped anywhere and resumed, it is the run that was not",
    arguments: [["vae.posterior=gaussian"], ["vae.posterior=vq", "vae.codebook.restart=1"]],
    [7, 30, 47])
  func resuming(settings: [String], last: Int) throws {
    #expect(try train("whole", settings) == .finished)
    #expect(try train("parts", settings, stoppingAt: last) == .interrupted)
    #expect(try checkpoint("parts").step == last)
    // As if the process had gone on after its last checkpoint.
    let lines = try FileHandle(forWritingTo: folder("parts").scores)
    try lines.seekToEnd()
    try lines.write(contentsOf: Data("{\"step\": 50, \"eval/elbo\": 1}\n".utf8))
    try lines.close()
    #expect(try train("parts", settings, resuming: true) == .finished)
    let (whole, parts) = (try checkpoint("whole"), try checkpoint("parts"))
    #expect(whole.step == 60 && parts.step == 60)
    for path in [\Checkpoint.parameters, \.optimizer, \.configuration] {
      let expected = try Data(contentsOf: whole[keyPath: path])
      let found = try Data(contentsOf: parts[keyPath: path])
      #expect(found == expected)
    }
    let scores = try Data(contentsOf: folder("whole").scores)
    #expect(!scores.isEmpty)
    #expect(try Data(contentsOf: folder("parts").scores) == scores)
    let expected = try metrics("whole")
    #expect(expected.count >= 6)
    #expect(try metrics("parts") == expected)
  }

  @Test("one thread and two learn the same parameters")
  func threads() throws {
    try train("one")
    try train("two", ["run.threads=2"])
    let one = try Data(contentsOf: checkpoint("one").parameters)
    #expect(try Data(contentsOf: checkpoint("two").parameters) == one)
  }

  @Test("a finished run that is resumed is left as it is")
  func finished() throws {
    try train("run")
    let (run, last) = (folder("run"), try checkpoint("run"))
    func contents() throws -> [Data] {
      let files = [
        run.configuration, run.metrics, run.scores, run.events, last.parameters, last.optimizer,
        last.state,
      ]
      return try files.map { try Data(contentsOf: $0) }
    }
    let before = try contents()
    let trainer = try AutoencoderTrainer(configuration([]), in: run, resuming: true)
    #expect(trainer.hadFinished && trainer.step == 60)
    #expect(try trainer.run() == .finished)
    #expect(try contents() == before)
  }

  @Test("what decides the result cannot be changed on the way")
  func changed() throws {
    try train("run", stoppingAt: 7)
    let error = #expect(throws: ConfigurationError.self) {
      try train("run", ["vae.latent.size=5"], resuming: true)
    }
    #expect(error?.keyPath == "vae.latent.size")
    // How long, and on how much of the machine, does not.
    #expect(try train("run", ["run.steps=20", "run.threads=2"], resuming: true) == .finished)
    #expect(try checkpoint("run").step == 20)
  }

  @Test("two do not share a folder, and a second run does not begin over the first")
  func folders() throws {
    let trainer = try AutoencoderTrainer(configuration([]), in: folder("run"))
    #expect(throws: (any Error).self) {
      _ = try AutoencoderTrainer(configuration([]), in: folder("run"), resuming: true)
    }
    let outcome = try trainer.run { trainer.step == 3 }
    #expect(outcome == .interrupted)
  }

  @Test("it does not begin over a run that is there")
  func begun() throws {
    try train("run", stoppingAt: 3)
    let error = #expect(throws: FileError.self) { try train("run") }
    #expect(error?.kind == .exists)
    #expect(try checkpoint("run").step == 3)
  }

  // MARK: beginning with another's parameters

  @Test("it begins with those of another's tensors that fit, and says how many")
  func starting() throws {
    try train("first", stoppingAt: 3)
    let url = folder("first").url
    let first = try SafeTensors(contentsOf: checkpoint("first").parameters)
    let same = try AutoencoderTrainer(
      configuration(["seed=1"]), in: folder("same"), startingFrom: url)
    let tensors = SafeTensors(same.model.parameters.tensors)
    #expect(tensors.entries == first.entries)
    let all = first.names.count
    #expect(same.notes == ["\(all) of \(all) tensors begin as in \(url.relativePath)"])

    let other = try AutoencoderTrainer(
      configuration(["seed=1", "vae.latent.size=5"]), in: folder("other"), startingFrom: url)
    var fitting = 0
    for (name, entry) in SafeTensors(other.model.parameters.tensors).entries
    where first[name]?.shape == entry.shape {
      #expect(first[name] == entry, "\(name)")
      fitting += 1
    }
    #expect(fitting > 0 && fitting < all)
    #expect(other.notes == ["\(fitting) of \(all) tensors begin as in \(url.relativePath)"])
  }

  @Test("a file of which no tensor fits is refused")
  func strange() throws {
    let file = scratch.url.appendingPathComponent("strange.safetensors")
    var tensors = SafeTensors()
    tensors["strange"] = .init(shape: [2], values: .float32([1, 2]))
    try tensors.write(to: file)
    let error = #expect(throws: FileError.self) { try train("run", from: file) }
    #expect(error?.what == "has no tensor that fits")
  }

  // MARK: numbers that are none

  /// A step so wide that the next update overflows.
  private let wide = ["opt.lr=1000", "run.eval_every=0"]

  @Test("a number that is none ends the run, which tells where it was and keeps the batch")
  func stopping() throws {
    let error = #expect(throws: NonFiniteFrames.self) { try train("run", wide) }
    let problem = try #require(error)
    let model = try TrainedAutoencoder(contentsOf: folder("run").url).model
    let names = model.parameters.tensors.map { $0.name }
    #expect(problem.name.hasPrefix("loss") || names.contains(problem.name), "\(problem.name)")
    #expect(problem.description.contains("\(problem.name) is no finite number at update "))
    let file = try #require(problem.batchFile)
    let batch = try SafeTensors(contentsOf: URL(fileURLWithPath: file))
    #expect(batch["frames"]?.shape == [16, 16, 16, 3])
    #expect(batch.metadata["problem"]?.contains(problem.name) == true)
  }

  @Test("or the update is left out and counted, and few batches are kept")
  func skipping() throws {
    #expect(try train("run", wide + ["run.on_nonfinite=skip"]) == .finished)
    #expect(try checkpoint("run").step == 60)
    let lines = try String(contentsOf: folder("run").metrics, encoding: .utf8)
      .split(separator: "\n").filter { $0.contains("\"train/opt/skipped\"") }
    let line = try #require(lines.last)
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    let skipped = try #require(object?["train/opt/skipped"] as? Int)
    #expect(skipped > 0 && skipped < 60)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder("run").nonFinite.path)
    #expect(files.count == min(skipped, 3))
  }

  // MARK: the model of a run

  private func trained(_ posterior: String, _ settings: String...) throws -> TrainedAutoencoder {
    let name = ([posterior] + settings).joined(separator: "-")
    try train(name, ["vae.posterior=\(posterior)", "run.steps=10", "data.frames=400"] + settings)
    return try TrainedAutoencoder(contentsOf: folder(name).url)
  }

  private func frames(_ trained: TrainedAutoencoder) throws -> LookedAt {
    let data = try trained.data()
    return LookedAt(data.training, of: data, for: trained.model)
  }

  @Test("its model is read again, and is as good on any number of threads", arguments: posteriors)
  func bounds(posterior: String) throws {
    let trained = try trained(posterior)
    #expect(trained.updates == 10 && trained.configuration.vae.posterior == posterior)
    let frames = try frames(trained)
    // More than a thread takes at a time.
    #expect(frames.count > 64)
    func bound(threads: Int) throws -> FrameBound {
      try FrameEvaluation(trained.model, pool: WorkerPool(threads: threads))
        .bound(frames, count: frames.count, samples: 8, key: Key(seed: 3))
    }
    let (one, two) = (try bound(threads: 1), try bound(threads: 2))
    #expect(one.elbo.isFinite && one.count == frames.count)
    #expect(one.distortion > 0 && one.rate > 0)
    #expect(one.codeCounts.isEmpty == !trained.model.posterior.isQuantised)
    #expect(one.distortion == two.distortion && one.rate == two.rate)
    #expect(one.rates == two.rates && one.codeCounts == two.codeCounts)
  }

  private func encoded(
    _ trained: TrainedAutoencoder, count: Int = 20
  ) throws -> (latents: FrameLatents, tensors: SafeTensors) {
    let latents = try FrameEvaluation(trained.model, pool: WorkerPool(threads: 2))
      .encode(frames(trained), count: count)
    return (latents, EncodedFrames(latents, trained, labels: nil).tensors)
  }

  @Test("latents come back from their file", arguments: posteriors)
  func encoding(posterior: String) throws {
    let trained = try trained(posterior)
    let (latents, tensors) = try encoded(trained)
    #expect(latents.centers.count == 20 * trained.model.latentCount)
    #expect(latents.codes.isEmpty == !trained.model.posterior.isQuantised)
    #expect((latents.moments != nil) == posterior.hasSuffix("gaussian"))
    let file = scratch.url.appendingPathComponent("latents.safetensors")
    try tensors.write(to: file)
    let read = try EncodedFrames.latents(
      in: SafeTensors(contentsOf: file), file: file.path, for: trained)
    #expect(read.labels.isEmpty)
    // Codes are looked up again; a latent that a gradient passes straight through is rounded twice.
    #expect(largestError(read.latents, latents.centers) < 1e-6)
    let shares = FrameGenerator(trained.model).decode(read.latents, labels: [])
    #expect(shares.count == 20 * 16 * 16 * 3)
    #expect(shares.allSatisfy { 0...1 ~= $0 })
  }

  @Test("latents of another run are refused")
  func strangers() throws {
    let (mine, other) = (try trained("gaussian"), try trained("gaussian", "seed=1"))
    let tensors = try encoded(other).tensors
    let error = #expect(throws: FileError.self) {
      _ = try EncodedFrames.latents(in: tensors, file: "latents", for: mine)
    }
    #expect(error?.what == "holds latents of another model")
  }

  private func expectRefused(
    _ name: String, _ entry: SafeTensors.Entry?, in tensors: SafeTensors,
    for trained: TrainedAutoencoder, _ comment: Comment
  ) {
    var changed = tensors
    changed[name] = entry
    #expect(throws: FileError.self, comment) {
      _ = try EncodedFrames.latents(in: changed, file: "latents", for: trained)
    }
  }

  @Test("codes that are none are refused")
  func wrongCodes() throws {
    let trained = try trained("vq")
    let tensors = try encoded(trained).tensors
    let codes = try #require(tensors["codes"]?.doubles)
    let wrong: [(Double, Comment)] = [
      (16, "beyond the last"), (-1, "negative"), (0.5, "between two"), (.nan, "no number"),
      (1e300, "huge"),
    ]
    for (value, comment) in wrong {
      let entry = SafeTensors.Entry(
        shape: [codes.count], values: .float64([value] + codes.dropFirst()))
      expectRefused("codes", entry, in: tensors, for: trained, comment)
    }
    let fewer = SafeTensors.Entry(
      shape: [codes.count - 1], values: .float64(Array(codes.dropFirst())))
    expectRefused("codes", fewer, in: tensors, for: trained, "one too few")
    let none = SafeTensors.Entry(shape: [0], values: .int32([]))
    expectRefused("codes", none, in: tensors, for: trained, "none")
  }

  @Test("latents that are none are refused")
  func wrongLatents() throws {
    let trained = try trained("gaussian")
    let tensors = try encoded(trained).tensors
    let numbers = try #require(tensors["latents"]?.floats)
    for value in [Float.nan, .infinity] {
      let entry = SafeTensors.Entry(
        shape: [numbers.count], values: .float32([value] + numbers.dropFirst()))
      expectRefused("latents", entry, in: tensors, for: trained, "\(value)")
    }
    let fewer = SafeTensors.Entry(
      shape: [numbers.count - 1], values: .float32(Array(numbers.dropFirst())))
    expectRefused("latents", fewer, in: tensors, for: trained, "one too few")
    let bytes = SafeTensors.Entry(shape: [4], values: .uint8([1, 2, 3, 4]))
    expectRefused("latents", bytes, in: tensors, for: trained, "bytes")
    expectRefused("latents", nil, in: tensors, for: trained, "no tensors")
  }

  @Test("numbers in another shape than a frame's latents have are refused")
  func reshaped() throws {
    let trained = try trained("gaussian")
    let tensors = try encoded(trained).tensors
    let values = try #require(tensors["latents"]?.values)
    #expect(tensors["latents"]?.shape == [20, 1, 1, 4])
    expectRefused(
      "latents", .init(shape: [10, 1, 1, 8], values: values), in: tensors, for: trained,
      "two frames in one row")
    expectRefused(
      "latents", .init(shape: [4, 1, 1, 20], values: values), in: tensors, for: trained,
      "the other way round")
  }
}
