/// The last frames in one image: their channels follow each other, the oldest frame's first. An
/// episode's first frame stands in for those before it.
public struct StackedFrames: FrameChange {
  public let count: Int
  /// The stacks so far, one an image; empty before an episode's first frame.
  private var stacks: [[UInt8]] = []
  private var isFresh: [Bool] = []

  /// - Parameter count: frames in an image; at least 1.
  public init(count: Int) {
    precondition(count >= 1, "a stack of \(count) frames")
    self.count = count
  }

  public func size(of frame: FrameSize) -> FrameSize {
    FrameSize(height: frame.height, width: frame.width, channels: frame.channels * count)
  }

  public mutating func forget() {
    for index in isFresh.indices { isFresh[index] = true }
  }

  public mutating func change(
    _ index: Int, _ frame: [UInt8], of size: FrameSize, into changed: inout [UInt8]
  ) {
    while stacks.count <= index {
      stacks.append([])
      isFresh.append(true)
    }
    if stacks[index].count != changed.count {
      stacks[index] = Array(repeating: 0, count: changed.count)
    }
    let (channels, depth) = (size.channels, size.channels &* count)
    for pixel in 0..<size.height &* size.width {
      let (old, new) = (pixel &* depth, pixel &* channels)
      for place in 0..<depth {
        // Everything moves one frame towards the old end, unless there is nothing older.
        stacks[index][old &+ place] =
          place >= depth &- channels || isFresh[index]
          ? frame[new &+ place % channels] : stacks[index][old &+ place &+ channels]
      }
    }
    isFresh[index] = false
    for byte in changed.indices { changed[byte] = stacks[index][byte] }
  }
}
