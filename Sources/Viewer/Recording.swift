import Files
import Foundation
import Pictures

/// Frames that a person has recorded, as moving pictures are made of them: scenes are smaller than
/// what is drawn of them.
struct Recording {
  private let width: Int
  private let height: Int
  private var scenes: [Scene] = []
  private var bytes = 0
  private static let limit = 256 << 20

  /// - Parameter width: of all its frames, in pixels.
  init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

  var count: Int { scenes.count }

  /// Whether there is room for more.
  var isFull: Bool { bytes >= Self.limit }

  mutating func append(_ scene: Scene) {
    scenes.append(scene)
    bytes += scene.byteCount
  }

  /// Writes a GIF file that appears whole or not at all.
  /// - Throws: `FileError`.
  func write(to url: URL, framesPerSecond: Double) throws {
    let (scenes, width, height) = (scenes, width, height)
    try Animation(count: scenes.count, framesPerSecond: framesPerSecond) {
      scenes[$0].picture(width: width, height: height)
    }.writeGIF(to: url)
  }
}

/// Names of files in the working folder that nothing has yet: `dreamer-001.png`.
enum FreeName {
  static func url(suffix: String) -> URL {
    let folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    let names = (1...).lazy.map { String(format: "dreamer-%03d.", $0) + suffix }
    let free = names.first { name in
      !FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
    }
    return folder.appendingPathComponent(free ?? "dreamer." + suffix)
  }
}
