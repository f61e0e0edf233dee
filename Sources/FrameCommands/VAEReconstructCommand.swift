import ArgumentParser
import AutoencoderTraining
import Autoencoders
import CommandSupport
import Foundation
import Pictures

struct VAEReconstructCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconstruct",
    abstract: "Show frames beside what the model makes of them.",
    discussion: """
      A column for each frame: what it is, what becomes of it, and the difference, in which grey is \
      none.

      Example: dreamer vae reconstruct runs/frames
               dreamer vae reconstruct runs/frames --first 100 --count 20 --out later.png
               dreamer vae reconstruct runs/frames --part training
      """)

  @OptionGroup var options: VAEModelOptions
  @OptionGroup var pictures: VAEPictureOptions
  @OptionGroup var frames: VAEFrameOptions

  @Option(parsing: .unconditional, help: "Frames to show.")
  var count = 10

  @Option(parsing: .unconditional, help: "The first of them in its part.")
  var first = 0

  func validate() throws {
    try require(count, 1...200, "--count")
    try require(first, 0...Int(Int32.max), "--first")
  }

  func run() throws {
    let file = try pictures.file(default: "reconstructions.png")
    let trained = try options.load()
    let (_, frames) = try frames.frames(of: trained)
    let positions = try frames.positions(first, count)
    let sheets = FrameSheets(trained.model, pool: options.pool(trained))
    try file.write([try sheets.reconstructions(frames, positions)], columns: 1)
  }
}

extension LookedAt {
  /// Some frames of the part.
  ///
  /// - Throws: ``UsageError`` where it has not so many.
  func positions(_ first: Int, _ count: Int) throws -> Range<Int> {
    guard first + count <= self.count else {
      throw UsageError(
        "frames \(first) to \(first + count - 1) of a part of \(self.count): lower --first or --count"
      )
    }
    return first..<first + count
  }
}
