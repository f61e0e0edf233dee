import ArgumentParser
import AutoencoderTraining
import Autoencoders
import Foundation
import Pictures
import Randomness

extension LatentSource: ExpressibleByArgument {}

struct VAESampleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Draw frames that were never seen.",
    discussion: """
      Latents come from the prior that the model was trained with; from the aggregate posterior, which \
      is where frames have them; or from a mixture of normal distributions that is fitted to that. \
      Where samples from the prior look worse than those from the aggregate posterior, the prior has \
      holes. The same seed gives the same bytes.

      Example: dreamer vae sample runs/frames --out samples.png
               dreamer vae sample runs/frames --from aggregate --count 100
               dreamer vae sample runs/frames --from mixture --components 20 --temperature 0.8
               dreamer vae sample runs/frames --label 3
      """)

  @OptionGroup var options: VAEModelOptions
  @OptionGroup var pictures: VAEPictureOptions

  @Option(help: "Where latents come from: prior, aggregate or mixture.")
  var from: LatentSource = .prior

  @Option(parsing: .unconditional, help: "Frames to draw.")
  var count = 64

  @Option(
    parsing: .unconditional,
    help: "What deviations are multiplied with, and logits divided by.")
  var temperature = 1.0

  @Option(parsing: .unconditional, help: "With --from mixture: normal distributions in it.")
  var components = 10

  @Option(
    help: ArgumentHelp("Of a conditional model: the class (default: all).", valueName: "name"))
  var label: String?

  @Flag(help: "Draw pixels too, instead of showing their means.")
  var pixels = false

  @OptionGroup var frames: VAEFrameOptions

  func validate() throws {
    try require(count, 1...10_000, "--count")
    try require(components, 1...1000, "--components")
    guard (0...10).contains(temperature) else {
      throw ValidationError("--temperature must be 0 to 10")
    }
  }

  func run() throws {
    let file = try pictures.file(default: "samples.png")
    let trained = try options.load()
    let generator = FrameGenerator(trained.model)
    let key = Key(seed: UInt64(options.seed)).fold("sample")
    let labels = try chosenLabels(count, label, trained)
    let latents = try latents(of: trained, generator, labels: labels, key: key)
    let shares = generator.decode(latents, labels: labels, draw: pixels ? key.fold("pixels") : nil)
    let drawn = FrameSheets(trained.model, pool: options.pool(trained)).pictures(shares)
    try file.write(drawn, columns: Int(Double(count).squareRoot().rounded(.up)))
  }

  private func latents(
    of trained: TrainedAutoencoder, _ generator: FrameGenerator, labels: [Int], key: Key
  ) throws -> [Float] {
    switch from {
    case .prior:
      return generator.priorLatents(
        count, labels: labels, temperature: Float(temperature), key: key)
    case .aggregate:
      let (_, frames) = try frames.frames(of: trained)
      return try generator.aggregateLatents(
        count, of: frames, temperature: Float(temperature), key: key)
    case .mixture:
      let (_, frames) = try frames.frames(of: trained)
      return try generator.mixtureLatents(
        count, of: frames, components: components, temperature: temperature, key: key)
    }
  }
}
