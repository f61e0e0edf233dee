/// Where the frames of up to sixteen lanes begin in a run of bytes.
package struct FrameOffsets: Sendable {
  /// Lanes that hold a frame; the others are zero in a block.
  package let count: Int
  private var offsets: SIMD16<Int64> = .zero

  /// Bytes before the first frame.
  package var first: Int {
    precondition(count > 0, "no frames")
    return Int(offsets[0])
  }

  /// - Parameter offsets: bytes before each frame, at most sixteen.
  package init(_ offsets: some Collection<Int>) {
    precondition(offsets.count <= 16, "\(offsets.count) frames in a block of sixteen")
    count = offsets.count
    for (lane, offset) in offsets.enumerated() { self.offsets[lane] = Int64(offset) }
  }

  /// The frames `frames`, one behind the other, of `frameSize` bytes each.
  package init(_ frames: Range<Int>, frameSize: Int) {
    self.init(frames.lazy.map { $0 * frameSize })
  }

  /// Traps where a frame is not within the bytes.
  package func check(_ frames: Bytes, frameSize: Int) {
    for lane in 0..<count {
      precondition(
        offsets[lane] >= 0 && Int(offsets[lane]) + frameSize <= frames.count,
        "a frame of \(frameSize) bytes at \(offsets[lane]) of \(frames.count)")
    }
  }

  /// Calls `body` with sixteen offsets as C sees them.
  package func withOffsets(_ body: (UnsafePointer<Int64>) -> Void) {
    withUnsafePointer(to: offsets) { pointer in
      pointer.withMemoryRebound(to: Int64.self, capacity: 16) { body($0) }
    }
  }
}
