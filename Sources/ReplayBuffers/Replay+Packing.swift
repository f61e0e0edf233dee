import Files
import Foundation
import Kernels

/// What some chunks take, and what they would.
package struct PackingReport: Sendable, Equatable {
  /// Bytes of the records as they are in memory.
  package var raw = 0
  /// Bytes of the chunks' files.
  package var files = 0
  /// Bytes that zstd leaves of each chunk's records as one piece, at its usual level, 3.
  package var wholeChunks = 0
}

extension Replay {
  /// Compares what full chunks take on disk with what zstd makes of them as a whole.
  ///
  /// - Parameter most: chunks to look at, spread over all.
  /// - Throws: `FileError`.
  package func comparePacking(most: Int) throws -> PackingReport {
    var report = PackingReport()
    guard let disk else { return report }
    try disk.drain()
    let compressor = ZstandardCompressor(level: 3)
    let full = store.all.filter(\.isFull)
    for index in stride(from: 0, to: full.count, by: max(1, full.count / max(most, 1))) {
      let chunk = full[index]
      let size = store.blockLayout.recordBytes
      let whole = ByteStorage(count: chunk.blocks.count * size)
      for (position, block) in chunk.blocks.enumerated() {
        try disk.unpack(block.packed, into: whole.bytes.slice(position * size, count: size))
      }
      report.raw += whole.bytes.count
      let packed = withExtendedLifetime(whole) { compressor.compress(whole.bytes) }
      report.files += try Data(contentsOf: disk.url(chunk.number)).count
      report.wholeChunks += packed?.count ?? 0
    }
    return report
  }

  /// Bytes of the files in the folder: those of chunks, and the latents.
  package func measureFiles() throws -> (chunks: Int, latents: Int) {
    guard let disk else { return (0, 0) }
    try disk.drain()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: disk.folder.path)) ?? []
    return names.reduce(into: (0, 0)) { sizes, name in
      let path = disk.folder.appendingPathComponent(name).path
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
      if name == "latents" { sizes.1 += size } else { sizes.0 += size }
    }
  }
}
