import Foundation

/// Files that tests compare with.
package enum Fixtures {
  /// `Tests/Fixtures`.
  package static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// The golden files, in the order of their names.
  package static var goldenFiles: [URL] { files(in: "golden", prefix: "") }

  /// Episodes that MiniGrid played, in the order of their names.
  package static var gridTraces: [URL] { files(in: "traces", prefix: "grid-") }

  /// Episodes of pendulums that Gymnasium and dm_control played, in the order of their names.
  package static var pendulumTraces: [URL] { files(in: "traces", prefix: "pendulum-") }

  /// A file of parts of auto-encoders that peers' code computed.
  package static func peerFile(_ name: String) -> URL {
    folder.appendingPathComponent("golden-vae/\(name).safetensors")
  }

  private static func files(in name: String, prefix: String) -> [URL] {
    let folder = folder.appendingPathComponent(name)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".safetensors") }.sorted().map {
      folder.appendingPathComponent($0)
    }
  }
}
