import EnvironmentInterface
import Pictures

/// Frames of the newest episode of an environment, evenly spaced, in bounded memory.
package struct EpisodeFilm {
  /// Frames that are kept at most; half of them at least, once there were as many.
  package static let capacity = 32
  private static let columns = 8

  /// The observation that is filmed; nil where none is an image.
  package let space: ObservationSpace?
  package private(set) var frames: [[UInt8]] = []
  /// Frames that the episode has had, and how many of them one is kept of.
  private var count = 0
  private var spacing = 1

  package init(_ spaces: [ObservationSpace]) { space = spaces.first(where: \.isImage) }

  /// Takes what the environment shows.
  ///
  /// - Parameter isFirst: whether an episode begins with it.
  package mutating func add(_ observation: Observation, isFirst: Bool) {
    guard let frame = observation.images.first else { return }
    if isFirst { (frames, count, spacing) = ([], 0, 1) }
    if count % spacing == 0 {
      if frames.count == Self.capacity {
        frames = stride(from: 0, to: frames.count, by: 2).map { frames[$0] }
        spacing *= 2
      }
      if count % spacing == 0 { frames.append(frame) }
    }
    count += 1
  }

  /// All frames in one picture, eight in a row; nil where there are none.
  package var picture: Picture? {
    guard case .image(let height, let width, let channels) = space?.kind, !frames.isEmpty,
      channels == 1 || channels == 3
    else { return nil }
    let pictures = frames.map {
      Picture(height: height, width: width, channels: channels, pixels: $0)
    }
    return Picture.column(
      stride(from: 0, to: pictures.count, by: Self.columns).map {
        Picture.row(
          Array(pictures[$0..<min($0 + Self.columns, pictures.count)]), gap: 1, color: .white)
      }, gap: 1, color: .white)
  }
}
