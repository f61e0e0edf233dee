import ArgumentParser
import AutoencoderTraining
import Autoencoders
import CommandSupport
import Files
import Foundation
import FrameSources
import Kernels
import Pictures

/// What every command has that uses a trained model of frames.
struct VAEModelOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "A run's folder, for its newest checkpoint, or a checkpoint's folder.", valueName: "run"))
  var run: String

  @Option(parsing: .unconditional, help: "The root of all draws.", transform: wholeNumber)
  var seed = 0

  @Option(
    parsing: .unconditional,
    help: "Computing threads; 0 for all cores that it may use (default: the run's run.threads).")
  var threads: Int?

  func validate() throws {
    try requireText(run, "<run>")
    if seed < 0 { throw ValidationError("--seed must be 0 or more") }
    if let threads, !(0...1024).contains(threads) {
      throw ValidationError("--threads must be 0 to 1024")
    }
  }

  /// - Throws: `FileError`, `RunFileError`, `SafeTensorsError`, `ConfigurationError`.
  func load() throws -> TrainedAutoencoder {
    try TrainedAutoencoder(contentsOf: URL(fileURLWithPath: run))
  }

  func pool(_ trained: TrainedAutoencoder) -> WorkerPool {
    WorkerPool(threads: threads ?? trained.configuration.run.threads)
  }
}

/// Which frames a command looks at.
struct VAEFrameOptions: ParsableArguments {
  @Option(help: "Frames of which part: training, validation or held (default).")
  var part: Part = .held

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Other frames than the run's, of their shape: data.idx=FILE, task=ID.",
      valueName: "key=value"))
  var set: [String] = []

  enum Part: String, ExpressibleByArgument, CaseIterable {
    case training
    case validation
    case held
  }

  func validate() throws {
    for setting in set {
      try requireText(setting, "--set")
      let key = setting.prefix { $0 != "=" }
      guard key == "task" || key == "seed" || key.hasPrefix("data.") || key.hasPrefix("env.") else {
        throw ValidationError(
          "--set says which frames: task, seed, data.* and env.*; \(key) belongs to the model")
      }
    }
  }

  /// - Throws: errors of configuration and files; `AutoencoderError` where frames do not fit the model.
  func frames(of trained: TrainedAutoencoder) throws -> (data: FrameData, frames: LookedAt) {
    let data = try trained.data(overlaid: set)
    let part =
      switch part {
      case .training: data.training
      case .validation: data.validation
      case .held: data.heldOut
      }
    return (data, LookedAt(part, of: data, for: trained.model))
  }
}

/// Where a picture goes.
struct VAEPictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Where the picture goes: a .png, or a moving .gif.", valueName: "file"))
  var out: String?

  func validate() throws { if let out { try requireText(out, "--out") } }

  /// - Throws: `UnknownSuffix`, `FileError`.
  func file(default name: String) throws -> PictureFile {
    let file = try PictureFile(path: out ?? name)
    try file.checkProgram()
    return file
  }
}

extension PictureFile {
  /// Writes pictures one beside the other, or one after the other.
  ///
  /// - Throws: `FileError`, `PNGError`, `PictureSizeError`.
  func write(_ pictures: [Picture], columns: Int, framesPerSecond: Double = 8) throws {
    try write(
      sheet: { FrameSheets.sheet(pictures, columns: columns) },
      animation: { Animation(pictures, framesPerSecond: framesPerSecond) })
    try StandardOutput.print(url.relativePath)
  }
}

/// A number that must be within bounds.
///
/// - Throws: `ValidationError`.
func require(_ value: Int, _ range: ClosedRange<Int>, _ name: String) throws {
  guard range.contains(value) else {
    throw ValidationError("\(name) must be \(range.lowerBound) to \(range.upperBound)")
  }
}

/// Labels of a model with a condition: what was asked for, or all in turn.
///
/// - Throws: ``UsageError`` where there is no such class, or no condition.
func chosenLabels(_ count: Int, _ wanted: String?, _ trained: TrainedAutoencoder) throws -> [Int] {
  let names = trained.facts.classNames
  guard trained.model.conditionWidth > 0 else {
    if wanted != nil {
      throw UsageError("the model has no condition, so --label has no effect; leave it out")
    }
    return []
  }
  guard let wanted else { return (0..<count).map { $0 % names.count } }
  guard let label = names.firstIndex(of: wanted) else {
    throw UsageError("there is no label \(wanted); there are \(names.joined(separator: ", "))")
  }
  return Array(repeating: label, count: count)
}
