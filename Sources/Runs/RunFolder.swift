import Files
import Foundation

/// The folder that a run writes to and every other command reads from.
///
/// ```
/// config.yaml  metrics.jsonl  scores.jsonl  events.out.tfevents.dreamer  replay/  videos/
/// checkpoints/<environment step>/{parameters,optimizer}.safetensors config.yaml replay.bin state.json
/// ```
public struct RunFolder: Sendable, Equatable {
  /// Where the folder is, or will be.
  public let url: URL

  /// Looks at nothing and makes nothing; ``create(resuming:)`` does.
  public init(at url: URL) { self.url = url }

  /// The resolved configuration; the first file that a run writes.
  public var configuration: URL { url.appendingPathComponent("config.yaml") }
  /// Averages since the line before, results of evaluations and warnings, a JSON object a line.
  public var metrics: URL { url.appendingPathComponent("metrics.jsonl") }
  /// Return, length and success of each training episode, a JSON object a line.
  public var scores: URL { url.appendingPathComponent("scores.jsonl") }
  /// Metrics, pictures and histograms for TensorBoard. One file, whose name never changes, so that a
  /// resumed run goes on with it.
  public var events: URL { url.appendingPathComponent("events.out.tfevents.dreamer") }
  /// A folder for each checkpoint, named by its environment step.
  public var checkpoints: URL { url.appendingPathComponent("checkpoints") }
  /// The memory of experience: chunks of rows, and a file of their latent states.
  public var replay: URL { url.appendingPathComponent("replay") }
  /// Batches of updates that found numbers that are not finite; there only where some did.
  public var nonFinite: URL { url.appendingPathComponent("nonfinite") }
  /// Strips and films of what the model imagines, drawn at reports.
  public var videos: URL { url.appendingPathComponent("videos") }

  /// Whether a run has begun here.
  public var holdsRun: Bool {
    [configuration, metrics, scores, events, checkpoints, replay].contains {
      FileManager.default.fileExists(atPath: $0.path)
    }
  }

  /// Makes the folder and the folders in it.
  /// - Parameter resuming: Whether a run that is there is to be continued.
  /// - Throws: `FileError`: `exists` where there is a run and `resuming` is false; `system`.
  public func create(resuming: Bool) throws {
    if holdsRun && !resuming {
      throw FileError(
        .exists, path: url.path, what: "already holds a run",
        remedy: "continue it with --resume or choose another --logdir")
    }
    for folder in [checkpoints, replay, videos] { try Self.create(folder) }
  }

  /// Refuses what would take what is written to a run somewhere else: files and folders of it that are
  /// links.
  /// - Throws: `FileError`: `malformed`; `system`.
  public func checkLinks() throws {
    let latents = replay.appendingPathComponent("latents")
    for url in [
      configuration, metrics, scores, events, checkpoints, replay, latents, videos, nonFinite,
    ] where try FileKind.of(url, following: false) == .link {
      throw FileError.link(url.path)
    }
  }

  /// Makes a folder unless it is there.
  /// - Throws: `FileError` of kind `system`.
  public static func create(_ folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(writing: folder.path, error)
    }
  }
}
