import Foundation

/// A folder that is removed in the end.
package final class Scratch {
  package let url = FileManager.default.temporaryDirectory
    .appendingPathComponent("dreamer-test-\(UUID().uuidString)")

  package init() throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
