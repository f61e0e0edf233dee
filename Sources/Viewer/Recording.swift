import Files
import Foundation
import Pictures

/// Frames that moving pictures are made of: scenes are smaller than what is drawn of them.
package struct Recording {
  private let width: Int
  private let height: Int
  private var scenes: [Scene] = []
  private var bytes = 0
  private static let limit = 256 << 20

  /// - Parameter width: of all its frames, in pixels.
  package init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

  package var count: Int { scenes.count }

  /// Whether there is room for more.
  package var isFull: Bool { bytes >= Self.limit }

  package mutating func append(_ scene: Scene) {
    scenes.append(scene)
    bytes += scene.byteCount
  }

  /// The frames in motion, each drawn when it is needed.
  /// - Precondition: There is at least one.
  package func animation(framesPerSecond: Double) -> Animation {
    let (scenes, width, height) = (scenes, width, height)
    return Animation(count: scenes.count, framesPerSecond: framesPerSecond) {
      scenes[$0].picture(width: width, height: height)
    }
  }
}

/// A file in the working folder with a name that nothing had: `dreamer-001.png`.
enum NewFile {
  /// Takes the name, so that nobody else does, and writes the file.
  ///
  /// - Returns: its name.
  /// - Throws: `FileError`; what `body` throws. The name is then free again.
  static func write(suffix: String, _ body: (URL) throws -> Void) throws -> String {
    let folder = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    var number = 1
    func url() -> URL {
      folder.appendingPathComponent(String(format: "dreamer-%03d.", number) + suffix)
    }
    while try !AtomicFile.reserve(url()) { number += 1 }
    do {
      try body(url())
    } catch {
      AtomicFile.remove(url())
      throw error
    }
    return url().lastPathComponent
  }
}
