import ArgumentParser
import AutoencoderTraining
import CommandSupport
import Files
import Foundation
import NeuralNetworks

struct VAEEncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Write frames' latents to a file.",
    discussion: """
      A safetensors file with `latents`, the centres of the posteriors, [N, rows, columns, width]; where \
      there are codes, `codes`, whole numbers; of normal posteriors also `deviations`; and `labels`, \
      where frames have them. `dreamer vae decode` makes frames of it again.

      Example: dreamer vae encode runs/frames --out latents.safetensors
               dreamer vae encode runs/frames --part training --count 1000 --out some.safetensors
      """)

  @OptionGroup var options: VAEModelOptions
  @OptionGroup var frames: VAEFrameOptions

  @Option(help: ArgumentHelp("Where latents go.", valueName: "file"))
  var out: String

  @Option(parsing: .unconditional, help: "Frames, the first of their part (default: all).")
  var count: Int?

  func validate() throws {
    try requireText(out, "--out")
    if let count { try require(count, 1...Int(Int32.max), "--count") }
  }

  func run() throws {
    let url = URL(fileURLWithPath: out)
    try AtomicFile.check(url)
    let trained = try options.load()
    let (data, frames) = try frames.frames(of: trained)
    let count = min(count ?? frames.count, frames.count)
    let latents = try FrameEvaluation(trained.model, pool: options.pool(trained))
      .encode(frames, count: count)
    try EncodedFrames(latents, trained, labels: data.label.flatMap { frames.part.labels($0.name) })
      .tensors.write(to: url)
    try StandardOutput.print(url.relativePath)
  }
}
