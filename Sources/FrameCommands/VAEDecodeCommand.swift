import ArgumentParser
import AutoencoderTraining
import CommandSupport
import Files
import Foundation
import NeuralNetworks
import Pictures

struct VAEDecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Make frames of latents in a file.",
    discussion: """
      Takes what `dreamer vae encode` wrote, of the same model. With a name that ends in .safetensors, \
      frames are written as bytes, [N, height, width, channels]; else as pictures.

      Example: dreamer vae decode runs/frames latents.safetensors --out frames.png
               dreamer vae decode runs/frames latents.safetensors --out frames.safetensors
      """)

  @OptionGroup var options: VAEModelOptions

  @Argument(help: ArgumentHelp("A file of latents, or of codes.", valueName: "file"))
  var latents: String

  @Option(
    help: ArgumentHelp(
      "Where frames go: .safetensors, .png, .gif, or a folder of PNG files (a name that ends in /).",
      valueName: "file"))
  var out: String

  func validate() throws {
    try requireText(latents, "<file>")
    try requireText(out, "--out")
  }

  func run() throws {
    let isFile = out.hasSuffix(".safetensors")
    let url = URL(fileURLWithPath: out)
    let picture = isFile ? nil : try PictureFile(path: out)
    if isFile { try AtomicFile.check(url) }
    let trained = try options.load()
    let file = URL(fileURLWithPath: latents)
    let (numbers, labels) = try EncodedFrames.latents(
      in: SafeTensors(contentsOf: file), file: file.path, for: trained)
    let shares = FrameGenerator(trained.model).decode(numbers, labels: labels)
    guard let picture else {
      try EncodedFrames.frames(shares, trained).write(to: url)
      return try StandardOutput.print(url.relativePath)
    }
    let drawn = FrameSheets(trained.model, pool: options.pool(trained)).pictures(shares)
    try picture.write(drawn, columns: Int(Double(drawn.count).squareRoot().rounded(.up)))
  }
}
