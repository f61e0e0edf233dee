/// What an environment shows at one moment: buffers that the caller owns and environments write
/// into, so that a step allocates nothing.
public struct Observation: Sendable, Equatable {
  /// One image `[height, width, channels]` for each image space, in the order of the spaces.
  public var images: [[UInt8]]
  /// The numbers of each vector space and the class numbers of each discrete space, in the order of
  /// the spaces.
  public var vectors: [[Float]]

  /// Zeros of the spaces' sizes.
  public init(spaces: [ObservationSpace]) {
    images = spaces.filter(\.isImage).map { Array(repeating: 0, count: $0.count) }
    vectors = spaces.filter { !$0.isImage }.map { Array(repeating: 0, count: $0.count) }
  }

  /// Why this is no observation of the spaces, as a sentence's end, or nil where it is one.
  public func objection(from spaces: [ObservationSpace]) -> String? {
    var (imageIndex, vectorIndex) = (0, 0)
    for space in spaces {
      let count: Int?
      if space.isImage {
        count = imageIndex < images.count ? images[imageIndex].count : nil
        imageIndex += 1
      } else {
        count = vectorIndex < vectors.count ? vectors[vectorIndex].count : nil
        vectorIndex += 1
      }
      guard count == space.count else {
        return "observation '\(space.name)' has \(count ?? 0) elements instead of \(space.count)"
      }
      if !space.isImage, let objection = space.objection(to: vectors[vectorIndex - 1]) {
        return objection
      }
    }
    return nil
  }
}

extension ObservationSpace {
  /// Which element of a vector or discrete observation does not fit.
  func objection(to values: [Float]) -> String? {
    for (index, value) in values.enumerated() {
      guard value.isFinite else { return "observation '\(name)'[\(index)] is \(value)" }
      if case .discrete(_, let classes) = kind {
        guard value >= 0, value < Float(classes), value == value.rounded() else {
          return "observation '\(name)'[\(index)] = \(value) is not one of 0..<\(classes)"
        }
      }
    }
    return nil
  }
}
