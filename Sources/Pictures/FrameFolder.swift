import Files
import Foundation

/// A folder with a PNG for each frame of a film: `frame-001.png` and so on.
///
/// Other programs call their frames so too. Ours carry a mark, and what has no mark is neither written
/// over nor removed.
struct FrameFolder {
  private let url: URL

  init(_ url: URL) { self.url = url }

  /// What a frame has behind its header, which is as long in every PNG: a chunk of text that names the
  /// program (PNG specification, second edition, 11.3.4.3).
  private static let mark =
    Data([0, 0, 0, 31]) + Data("tEXtSoftware\0swift-dreamer, a frame".utf8)
    + Data([155, 172, 214, 186])
  /// Bytes of the signature and the header.
  private static let headerSize = 33

  /// Refuses a folder that could not be written to.
  ///
  /// - Throws: `FileError`: `exists` where it holds frames that this program did not write; `system`.
  func check() throws {
    switch try FileKind.of(url) {
    case .folder: break
    case nil: return try AtomicFile.check(url)
    default: throw FileError(writing: url.path, code: EEXIST)
    }
    try AtomicFile.check(url.appendingPathComponent(Self.name(ofFrame: 1)))
    for (_, frame) in try frames() where !isOurs(frame) {
      throw FileError(
        .exists, path: frame.path, what: "was not written by this program, or not as a frame",
        remedy: "choose a new folder, or move that file elsewhere")
    }
  }

  /// Writes all frames, and removes those that an earlier, longer film left, which would seem to be the
  /// end of this one.
  ///
  /// - Throws: `FileError`; ``PNGError``.
  func write(_ animation: Animation) throws {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw FileError(writing: url.path, error)
    }
    try check()
    for number in 0..<animation.count {
      var frame = try animation.frame(number).png()
      frame.insert(contentsOf: Self.mark, at: frame.startIndex + Self.headerSize)
      try AtomicFile.write(
        frame, to: url.appendingPathComponent(Self.name(ofFrame: number + 1)))
    }
    for (number, frame) in try frames() where number > animation.count && isOurs(frame) {
      AtomicFile.remove(frame)
    }
  }

  /// What is called like a frame, whatever it is.
  private func frames() throws -> [(number: Int, url: URL)] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: url.path).sorted().compactMap {
        guard let number = Self.number(ofFrame: $0) else { return nil }
        return (number, url.appendingPathComponent($0))
      }
    } catch {
      throw FileError(reading: url.path, error)
    }
  }

  private func isOurs(_ frame: URL) -> Bool {
    guard (try? FileKind.of(frame, following: false)) == .file else { return false }
    return (try? AtomicFile.read(frame, at: Self.headerSize, count: Self.mark.count)) == Self.mark
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
