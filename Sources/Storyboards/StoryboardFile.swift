import Files
import Foundation
import Pictures

/// A kind of file, or a folder, that a storyboard can be written to.
public enum StoryboardFile: Sendable, Equatable {
  /// A strip, time from left to right.
  case png(URL)
  case gif(URL)
  case mp4(URL)
  /// A folder with a PNG for each step.
  case folder(URL)

  /// What a path means: by its suffix, or a folder where it ends in `/` or is one.
  ///
  /// - Throws: ``UnknownSuffix``; `FileError` of kind `system` where there is no folder for it.
  public init(path: String) throws {
    let url = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    switch url.pathExtension.lowercased() {
    case _ where path.hasSuffix("/") || (exists && isFolder.boolValue): self = .folder(url)
    case "png": self = .png(url)
    case "gif": self = .gif(url)
    case "mp4": self = .mp4(url)
    default: throw UnknownSuffix(path: path)
    }
    try Self.checkFolder(of: url)
  }

  /// So that it is noticed before the work.
  private static func checkFolder(of url: URL) throws {
    let parent = url.deletingLastPathComponent()
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: parent.path, isDirectory: &isFolder),
      isFolder.boolValue
    else {
      throw FileError(
        .system, path: url.path, what: "cannot be written (there is no folder \(parent.path))",
        remedy: "make the folder or choose another")
    }
  }

  public var url: URL {
    switch self {
    case .png(let url), .gif(let url), .mp4(let url), .folder(let url): url
    }
  }
}

/// A name that says no kind of picture.
public struct UnknownSuffix: Error, CustomStringConvertible, Equatable {
  public let path: String

  public var description: String {
    "\(path): its suffix says no kind of picture; use .png, .gif or .mp4, or end the name of a "
      + "folder in /"
  }
}

extension Storyboard {
  /// Writes the storyboard.
  ///
  /// - Throws: `FileError`; `PNGError`.
  public func write(to file: StoryboardFile, framesPerSecond: Double) throws {
    switch file {
    case .png(let url): try strip().writePNG(to: url)
    case .gif(let url): try animation(framesPerSecond).writeGIF(to: url)
    case .mp4(let url): try animation(framesPerSecond).writeMP4(to: url)
    case .folder(let url): try writeFrames(to: url)
    }
  }

  /// The frames in motion; the last shows a second longer.
  public func animation(_ framesPerSecond: Double) -> Animation {
    // Drawn once: a GIF looks at its frames several times.
    Animation(
      (0..<rollout.steps).map { frame(step: $0) }, framesPerSecond: framesPerSecond, hold: 1)
  }

  private func writeFrames(to folder: URL) throws {
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw FileError(writing: folder.path, error)
    }
    for step in 0..<rollout.steps {
      let name = String(format: "frame-%03d.png", step + 1)
      try frame(step: step).writePNG(to: folder.appendingPathComponent(name))
    }
  }
}
