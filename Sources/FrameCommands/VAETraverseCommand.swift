import ArgumentParser
import AutoencoderTraining
import Autoencoders
import CommandSupport
import Foundation
import Pictures

struct VAETraverseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "traverse",
    abstract: "Move one latent of a frame at a time.",
    discussion: """
      A row for each number of the latents, those that carry most first, from -range to range; of a \
      standard normal prior 3 is as far as draws go.

      Example: dreamer vae traverse runs/frames
               dreamer vae traverse runs/frames --frame 7 --dims 3 5 --range 2 --out two.png
      """)

  @OptionGroup var options: VAEModelOptions
  @OptionGroup var pictures: VAEPictureOptions
  @OptionGroup var frames: VAEFrameOptions

  @Option(parsing: .unconditional, help: "The frame to begin with, of its part.")
  var frame = 0

  @Option(
    parsing: .upToNextOption,
    help: "Which numbers of the latents (default: those with most nats, 12 at most).")
  var dims: [Int] = []

  @Option(parsing: .unconditional, help: "How far to either side.")
  var range = 3.0

  @Option(parsing: .unconditional, help: "Steps from one side to the other.")
  var steps = 9

  func validate() throws {
    try require(steps, 2...100, "--steps")
    try require(frame, 0...Int(Int32.max), "--frame")
    guard range > 0, range <= 1000 else { throw ValidationError("--range must be above 0") }
  }

  func run() throws {
    let file = try pictures.file(default: "traversal.png")
    let trained = try options.load()
    let model = trained.model
    guard !model.posterior.isQuantised else {
      throw UsageError(
        "latents that are codes have no directions to move in; use `dreamer vae interpolate`")
    }
    let (_, frames) = try frames.frames(of: trained)
    let pool = options.pool(trained)
    let place = try frames.positions(frame, 1)
    let labels = frames.labels.isEmpty ? [] : [frames.labels[frame]]
    let latents = FrameGenerator(model).centers(try frames.bytes(place), labels: labels)
    let chosen = try dims.isEmpty ? busiest(of: frames, FrameEvaluation(model, pool: pool)) : dims
    guard chosen.allSatisfy(latents.indices.contains) else {
      throw UsageError("--dims must be 0 to \(latents.count - 1)")
    }
    let values = (0..<steps).map { Float(range) * (2 * Float($0) / Float(steps - 1) - 1) }
    let sheet = FrameSheets(model, pool: pool).traversals(
      latents, labels: labels, dimensions: chosen, values: values)
    try file.write([sheet], columns: 1)
  }

  /// The numbers of the latents that carry most.
  private func busiest(of frames: LookedAt, _ evaluation: FrameEvaluation) throws -> [Int] {
    let rates = try evaluation.bound(
      frames, count: min(frames.count, 500), samples: 1, key: .init(seed: 0)
    ).rates
    guard rates.count == evaluation.model.latentCount else {
      return Array(0..<min(12, evaluation.model.latentCount))
    }
    return Array(rates.indices.sorted { rates[$0] > rates[$1] }.prefix(12))
  }
}
