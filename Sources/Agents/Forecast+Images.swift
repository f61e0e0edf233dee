import WorldModels
import EnvironmentInterface

extension Forecast {
  /// One image of a row, `[height, width, channels]` in bytes.
  ///
  /// - Parameters:
  ///   - index: of the image among `spaces`.
  ///   - spaces: all images, in the order of their channels: the agent's.
  ///   - row: of the `[T · b]`.
  package func image(_ index: Int, of spaces: [ObservationSpace], row: Int) -> [UInt8] {
    let channels = spaces.map(\.channels)
    let (offset, total) = (channels[..<index].reduce(0, +), channels.reduce(0, +))
    let pixels = spaces[index].count / channels[index]
    var bytes: [UInt8] = []
    bytes.reserveCapacity(spaces[index].count)
    for pixel in row * pixels..<(row + 1) * pixels {
      for channel in offset..<offset + channels[index] {
        bytes.append(Pixel.byte(images[pixel * total + channel]))
      }
    }
    return bytes
  }
}
