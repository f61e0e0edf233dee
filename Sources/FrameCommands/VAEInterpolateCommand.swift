import ArgumentParser
import AutoencoderTraining
import Autoencoders
import Foundation
import Pictures

extension Interpolation: ExpressibleByArgument {}

struct VAEInterpolateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interpolate",
    abstract: "Go from one frame's latents to another's.",
    discussion: """
      A row for each pair of frames, or, as a .gif, from one to the next in motion. Of quantised latents \
      what lies between is moved to the nearest codes.

      Example: dreamer vae interpolate runs/frames
               dreamer vae interpolate runs/frames --between 3 17 --steps 30 --out walk.gif
               dreamer vae interpolate runs/frames --along spherical --pairs 8
      """)

  @OptionGroup var options: VAEModelOptions
  @OptionGroup var pictures: VAEPictureOptions
  @OptionGroup var frames: VAEFrameOptions

  @Option(help: "Along a straight line (linear) or an arc (spherical).")
  var along: Interpolation = .linear

  @Option(
    parsing: .upToNextOption, help: "Two frames of the part (default: the first ones, in pairs).")
  var between: [Int] = []

  @Option(parsing: .unconditional, help: "Pairs of frames.")
  var pairs = 4

  @Option(parsing: .unconditional, help: "Frames from one to the other, both included.")
  var steps = 9

  func validate() throws {
    try require(steps, 2...1000, "--steps")
    try require(pairs, 1...100, "--pairs")
    guard between.isEmpty || between.count == 2, between.allSatisfy({ $0 >= 0 }) else {
      throw ValidationError("--between names two frames by their numbers")
    }
  }

  func run() throws {
    let file = try pictures.file(default: "interpolation.png")
    let trained = try options.load()
    let (_, frames) = try frames.frames(of: trained)
    let generator = FrameGenerator(trained.model)
    let wanted = between.isEmpty ? Array(0..<2 * pairs) : between
    let latents = try wanted.map { position -> (latents: [Float], label: [Int]) in
      let place = try frames.positions(position, 1)
      let labels = frames.labels.isEmpty ? [] : [frames.labels[position]]
      return (generator.centers(try frames.bytes(place), labels: labels), labels)
    }
    let sheets = FrameSheets(trained.model, pool: options.pool(trained))
    let rows = stride(from: 0, to: wanted.count, by: 2).flatMap { pair -> [Picture] in
      let (a, b) = (latents[pair], latents[pair + 1])
      let points = (0..<steps).flatMap { step in
        along.between(a.latents, b.latents, at: Float(step) / Float(steps - 1))
      }
      let labels = a.label.flatMap { [Int](repeating: $0, count: steps) }
      return sheets.pictures(
        generator.decode(trained.model.nearest(points), labels: labels))
    }
    try file.write(rows, columns: steps)
  }
}
