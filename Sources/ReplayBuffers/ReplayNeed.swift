import ReplaySettings

/// What a memory will take at the end of a run.
package struct ReplayNeed: Sendable, Equatable, CustomStringConvertible {
  /// Steps that it will hold.
  package let steps: Int
  /// Bytes of a step, before frames are packed.
  package let bytesPerStep: Int
  /// The bound on memory in bytes.
  package let bound: Int
  /// Bytes of memory, at most the bound.
  package let memory: Int
  /// The most bytes on disk: with nothing packed, and with a second page for each block's latents
  /// between two checkpoints.
  package let disk: Int

  /// - Parameters:
  ///   - steps: of all environments, in the whole run.
  ///   - streamCount: environments.
  ///   - windowLength: rows of a window.
  package init(
    _ configuration: ReplayConfiguration, layout: ReplayLayout, steps: Int, streamCount: Int,
    windowLength: Int
  ) throws {
    // What windows reach, and what the first and the last chunk of each environment hold besides.
    let rest = Double(windowLength) + 2 * Double(configuration.chunksize)
    let most = Double(configuration.size) + Double(streamCount) * rest
    self.steps = min(steps, Self.whole(most))
    bytesPerStep = layout.bytesPerRow
    bound = try configuration.memoryBytes()
    let held = Double(self.steps)
    memory = min(Self.whole(held * Double(bytesPerStep + 24)), bound)
    disk = Self.whole(held * Double(layout.recordBytesPerRow + 2 * layout.latentBytesPerRow))
  }

  /// A number that an `Int` holds.
  private static func whole(_ value: Double) -> Int { Int(min(value, 0x1p62)) }

  /// `replay: at the end 10,000 steps of 10 kB: 98 MB of memory (bound 4.0 GB), at most 108 MB on disk`
  package var description: String {
    "replay: at the end \(steps) steps of \(ByteSize.text(bytesPerStep)), in "
      + "\(ByteSize.text(memory)) of memory (replay.memory is \(ByteSize.text(bound))) and at most "
      + "\(ByteSize.text(disk)) on disk, as if nothing could be packed"
  }
}
