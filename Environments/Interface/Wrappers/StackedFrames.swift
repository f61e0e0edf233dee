/// The last frames in one image: their channels follow each other, the oldest frame's first. An
/// episode's first frame stands in for those before it.
public struct StackedFrames: FrameChange {
  /// Frames in an image; at least 1.
  public let count: Int
  /// The stacks so far, one an image; empty before an episode's first frame.
  private var stacks: [[UInt8]] = []
  private var isFresh: [Bool] = []

  /// - Parameter count: frames in an image; at least 1.
  public init(count: Int) {
    precondition(count >= 1, "a stack of \(count) frames")
    self.count = count
  }

  /// As many times the channels as there are frames; rows and columns stay.
  public func size(of frame: FrameSize) -> FrameSize {
    FrameSize(height: frame.height, width: frame.width, channels: frame.channels * count)
  }

  /// Begins stacks anew: the next frame of each image takes all their places.
  public mutating func forget() {
    for index in isFresh.indices { isFresh[index] = true }
  }

  /// Puts the frame at the new end of its stack, from whose old end one goes.
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
    // A list of its own while it changes: through another list, each byte would cost several times.
    var stack: [UInt8] = []
    swap(&stack, &stacks[index])
    let (channels, depth) = (size.channels, size.channels &* count)
    // Everything moves one frame towards the old end, unless there is nothing older.
    if !isFresh[index] {
      for byte in 0..<stack.count &- channels { stack[byte] = stack[byte &+ channels] }
    }
    for place in stride(
      from: isFresh[index] ? 0 : depth &- channels, to: depth, by: channels)
    {
      for pixel in 0..<size.height &* size.width {
        for channel in 0..<channels {
          stack[pixel &* depth &+ place &+ channel] = frame[pixel &* channels &+ channel]
        }
      }
    }
    for byte in changed.indices { changed[byte] = stack[byte] }
    swap(&stack, &stacks[index])
    isFresh[index] = false
  }
}
