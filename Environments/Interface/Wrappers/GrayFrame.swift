/// Images in grey: `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601). What has not three channels stays.
public struct GrayFrame: FrameChange {
  /// There is nothing to choose.
  public init() {}

  /// One channel in the place of three.
  public func size(of frame: FrameSize) -> FrameSize {
    FrameSize(
      height: frame.height, width: frame.width, channels: frame.channels == 3 ? 1 : frame.channels)
  }

  /// Weighs each pixel's colours and rounds to the nearest; copies what has not three channels.
  public mutating func change(
    _ index: Int, _ frame: [UInt8], of size: FrameSize, into changed: inout [UInt8]
  ) {
    guard size.channels == 3 else {
      for index in frame.indices { changed[index] = frame[index] }
      return
    }
    for pixel in 0..<size.height &* size.width {
      let (red, green, blue) = (frame[3 &* pixel], frame[3 &* pixel &+ 1], frame[3 &* pixel &+ 2])
      let sum = 299 &* Int(red) &+ 587 &* Int(green) &+ 114 &* Int(blue)
      changed[pixel] = UInt8((sum &+ 500) / 1000)
    }
  }
}
