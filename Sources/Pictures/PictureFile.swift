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

  /// Whether it shows one step after the other.
  public var isMoving: Bool {
    switch self {
    case .gif, .mp4: true
    case .png, .folder: false
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
  /// - Throws: `FileError`; `PNGError`; `PictureSizeError`, before memory is taken.
  public func write(to file: StoryboardFile, framesPerSecond: Double) throws {
    try checkSize(for: file)
    switch file {
    case .png(let url): try strip().writePNG(to: url)
    case .gif(let url): try animation(framesPerSecond).writeGIF(to: url)
    case .mp4(let url): try animation(framesPerSecond).writeMP4(to: url)
    case .folder(let url): try writeFrames(to: url)
    }
  }

  /// - Parameter file: nil for a window.
  /// - Throws: `PictureSizeError` where pictures are too large to be drawn, or for the kind of file.
  public func checkSize(for file: StoryboardFile?) throws {
    switch file {
    case .png:
      let layout = stripLayout
      try PictureSizeError.check(height: layout.height, width: layout.width)
    case .gif, .mp4:
      let layout = usualFrameLayout
      var isGIF = false
      if case .gif = file { isGIF = true }
      try PictureSizeError.check(
        height: layout.height, width: layout.width, count: rollout.steps, isGIF: isGIF)
    case .folder, nil:
      let layout = usualFrameLayout
      try PictureSizeError.check(height: layout.height, width: layout.width)
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
      try frame(step: step)
        .writePNG(to: folder.appendingPathComponent(Self.name(ofFrame: step + 1)))
    }
    try removeFrames(after: rollout.steps, in: folder)
  }

  /// Removes what an earlier, longer run left, which would seem to be the end of this one. Files of other
  /// names stay.
  private func removeFrames(after count: Int, in folder: URL) throws {
    do {
      for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
        guard let number = Self.number(ofFrame: name), number > count else { continue }
        try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
      }
    } catch {
      throw FileError(writing: folder.path, error)
    }
  }

  private static func name(ofFrame number: Int) -> String {
    String(format: "frame-%03d.png", number)
  }

  /// - Returns: nil where a frame would not be named so.
  private static func number(ofFrame name: String) -> Int? {
    let number = Int(name.dropFirst("frame-".count).dropLast(".png".count))
    return number.flatMap { self.name(ofFrame: $0) == name ? $0 : nil }
  }
}
