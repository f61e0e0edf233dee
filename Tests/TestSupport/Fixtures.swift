import Foundation

/// Files that tests compare with.
package enum Fixtures {
  /// `Tests/Fixtures`.
  package static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// The golden files, in the order of their names.
  package static var goldenFiles: [URL] {
    let golden = folder.appendingPathComponent("golden")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: golden.path)) ?? []
    return names.filter { $0.hasSuffix(".safetensors") }.sorted().map {
      golden.appendingPathComponent($0)
    }
  }
}
