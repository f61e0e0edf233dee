import ArgumentParser
import AutoencoderTraining
import Autoencoders
import CommandSupport
import Files
import Foundation
import Randomness
import Runs

struct VAEEvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Tell how good a model of frames is, and what is wrong with it.",
    discussion: """
      The evidence bound of the held-out frames, in nats a frame, and its parts: the rate, nats that \
      latents carry, and the distortion, nats that are left to say. With --iwae K also the tighter \
      bound of K draws, with how many of these count; where that is near 1, the bound is loose. Where \
      pixels have probabilities, and not densities, also bits per dimension.

      Example: dreamer vae evaluate runs/frames
               dreamer vae evaluate runs/frames --iwae 500 --iwae-frames 1000
               dreamer vae evaluate runs/frames --part validation --json
               dreamer vae evaluate runs/frames --set data.idx=t10k-images-idx3-ubyte.gz
      """)

  @OptionGroup var options: VAEModelOptions
  @OptionGroup var frames: VAEFrameOptions

  @Option(
    parsing: .unconditional, help: "Frames to look at, the first of their part (default: all).")
  var count: Int?

  @Option(parsing: .unconditional, help: "Draws of each frame, whose mean is the bound.")
  var samples = 4

  @Option(parsing: .unconditional, help: "Draws of the importance-weighted bound; 0 for none.")
  var iwae = 0

  @Option(
    parsing: .unconditional, help: "Frames of the importance-weighted bound (default: 1000).")
  var iwaeFrames = 1000

  @Flag(help: "Demand bits per dimension.")
  var bits = false

  @Flag(help: "Leave out what is said of the latents, which takes a while.")
  var boundsOnly = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if let count { try require(count, 1...Int(Int32.max), "--count") }
    try require(samples, 1...1000, "--samples")
    try require(iwae, 0...100_000, "--iwae")
    try require(iwaeFrames, 1...Int(Int32.max), "--iwae-frames")
  }

  func run() throws {
    let trained = try options.load()
    let model = trained.model
    if bits, model.likelihood.levels == nil {
      throw UsageError(
        "bits per dimension are of probabilities, and the \(model.configuration.likelihood) likelihood "
          + "gives densities, whose logarithm depends on the unit; leave --bits out, or train with "
          + "vae.likelihood=logistic")
    }
    if iwae > 0, !model.isDense {
      throw UsageError(
        "--iwae weighs draws by their densities, and \(model.configuration.posterior) latents have none; "
          + "leave it out")
    }
    let (data, frames) = try frames.frames(of: trained)
    let evaluator = FrameEvaluation(model, pool: options.pool(trained))
    let report = try FrameReport(
      evaluator, frames, of: data,
      plan: .init(
        count: min(count ?? frames.count, frames.count), samples: samples, importance: iwae,
        importanceFrames: min(iwaeFrames, frames.count), describesLatents: !boundsOnly),
      key: Key(seed: UInt64(options.seed)).fold("evaluate"), progress: FrameProgress().show)
    try StandardOutput.print(json ? report.json(of: trained) : report.text(of: trained))
  }
}

/// How far a long look at frames is, where it takes more than a moment.
private struct FrameProgress {
  private let display = ProgressDisplay.standardError()

  func show(_ what: String, _ done: Int, _ total: Int) {
    guard done < total else { return }
    display.update {
      ProgressStatus(
        steps: done, totalSteps: total, updates: done, score: nil, scoreName: what)
    }
  }
}
