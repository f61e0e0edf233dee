import EnvironmentInterface
import Pictures

extension Picture {
  /// An image that a world or a model shows; of stacked frames the last.
  ///
  /// - Parameter bytes: `[height, width, channels]`.
  /// - Returns: nil where the space is no image.
  init?(_ bytes: [UInt8], of space: ObservationSpace) {
    guard case .image(let height, let width, let channels) = space.kind else { return nil }
    let shown = channels.isMultiple(of: 3) ? 3 : 1
    let pixels =
      shown == channels
      ? bytes
      : stride(from: channels, through: bytes.count, by: channels).flatMap { end in
        bytes[end - shown..<end]
      }
    self.init(height: height, width: width, channels: shown, pixels: pixels)
  }
}
