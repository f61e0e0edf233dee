import Files
import Foundation

/// A kind of file, or a folder, that a film can be written to.
package enum PictureFile: Sendable, Equatable {
  /// All of it in one picture.
  case png(URL)
  case gif(URL)
  case mp4(URL)
  /// A folder with a PNG for each frame.
  case folder(URL)

  /// What a path means: by its suffix, or a folder where it ends in `/` or is one.
  ///
  /// - Throws: ``UnknownSuffix``; `FileError` where it could not be written, so that it is noticed
  ///   before the work: `exists` where it is a folder with frames that others wrote; `system`.
  package init(path: String) throws {
    let url = URL(fileURLWithPath: path)
    if try path.hasSuffix("/") || FileKind.of(url) == .folder {
      self = .folder(url)
      try FrameFolder(url).check()
      return
    }
    switch url.pathExtension.lowercased() {
    case "png": self = .png(url)
    case "gif": self = .gif(url)
    case "mp4": self = .mp4(url)
    default: throw UnknownSuffix(path: path)
    }
    try AtomicFile.check(url)
  }

  /// Whether it shows one step after the other.
  package var isMoving: Bool {
    switch self {
    case .gif, .mp4: true
    case .png, .folder: false
    }
  }

  /// Looks for the program that it takes, before the work.
  ///
  /// - Throws: `FileError` of kind `missing` where it is not installed.
  package func checkProgram() throws {
    if case .mp4 = self { _ = try Animation.movieProgram() }
  }

  package var url: URL {
    switch self {
    case .png(let url), .gif(let url), .mp4(let url), .folder(let url): url
    }
  }

  /// Writes a film.
  ///
  /// - Parameters:
  ///   - sheet: all of it in one picture.
  ///   - animation: the film in motion.
  /// - Throws: `FileError`; ``PNGError``; ``PictureSizeError``; what the makers throw.
  package func write(
    sheet: () throws -> Picture, animation: () throws -> Animation
  ) throws {
    switch self {
    case .png(let url): try sheet().writePNG(to: url)
    case .gif(let url): try animation().writeGIF(to: url)
    case .mp4(let url): try animation().writeMP4(to: url)
    case .folder(let url): try FrameFolder(url).write(animation())
    }
  }
}

/// A name that says no kind of picture.
package struct UnknownSuffix: Error, CustomStringConvertible, Equatable {
  package let path: String

  package var description: String {
    "\(path): its suffix says no kind of picture; use .png, .gif or .mp4, or end the name of a "
      + "folder in /"
  }
}
