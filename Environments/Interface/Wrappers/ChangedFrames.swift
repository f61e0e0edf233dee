import Randomness

/// What is done to the images of a world, each by itself.
public protocol FrameChange: Sendable {
  /// The size of the changed image.
  func size(of frame: FrameSize) -> FrameSize

  /// Begins an episode: what was remembered of frames is forgotten.
  mutating func forget()

  /// Changes an image.
  /// - Parameters:
  ///   - index: which of the world's images it is.
  ///   - frame: `[height, width, channels]`.
  ///   - changed: of the changed size; every byte is overwritten.
  mutating func change(
    _ index: Int, _ frame: [UInt8], of size: FrameSize, into changed: inout [UInt8])
}

extension FrameChange {
  /// By default nothing is remembered.
  public mutating func forget() {}
}

/// Rows, columns and channels of an image.
public struct FrameSize: Sendable, Hashable {
  /// Rows of pixels.
  public var height: Int
  /// Columns of pixels.
  public var width: Int
  /// Bytes of a pixel: 3 in colour, 1 in grey, and as many times more where frames are stacked.
  public var channels: Int

  /// The size of an image `[height, width, channels]`.
  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Bytes.
  public var count: Int { height * width * channels }
}

/// An environment whose images are shown in a changed form; everything else stays.
public struct ChangedFrames<Base: Environment, Change: FrameChange>: EnvironmentWrapper {
  /// The environment whose images are changed.
  public var base: Base
  /// The base's, with the changed images' sizes.
  public let observationSpaces: [ObservationSpace]
  private var change: Change
  /// Of the base's images.
  private let sizes: [FrameSize]
  /// What the base shows.
  private var shown: Observation

  /// - Parameter change: what is done to every image of the base.
  public init(_ base: Base, _ change: Change) {
    self.base = base
    self.change = change
    shown = base.makeObservation()
    var sizes: [FrameSize] = []
    observationSpaces = base.observationSpaces.map { space in
      guard case .image(let height, let width, let channels) = space.kind else { return space }
      sizes.append(FrameSize(height: height, width: width, channels: channels))
      let size = change.size(of: sizes[sizes.count - 1])
      return ObservationSpace(
        name: space.name,
        kind: .image(height: size.height, width: size.width, channels: size.channels))
    }
    self.sizes = sizes
  }

  /// Begins an episode: frames of the one before are forgotten, and the first images are changed.
  public mutating func reset(key: Key, into observation: inout Observation) throws -> Step {
    let step = try base.reset(key: key, into: &shown)
    change.forget()
    show(in: &observation)
    return step
  }

  /// The base's step; only the images are changed.
  public mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    let step = try base.step(action, into: &shown)
    show(in: &observation)
    return step
  }

  private mutating func show(in observation: inout Observation) {
    for (index, size) in sizes.enumerated() {
      change.change(index, shown.images[index], of: size, into: &observation.images[index])
    }
    // What is not an image is handed over; the base overwrites all of what it gets back.
    swap(&shown.vectors, &observation.vectors)
  }
}
