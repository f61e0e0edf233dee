/// Some frames of a source, in ascending order.
package struct FramePart: Sendable {
  package let source: any FrameSource
  /// Where the frames stand in the source, ascending.
  package let indices: [Int]

  /// - Precondition: the indices are the source's.
  package init(_ source: any FrameSource, indices: [Int]) {
    source.check(indices)
    (self.source, self.indices) = (source, indices)
  }

  /// All frames of a source.
  package init(_ source: any FrameSource) { self.init(source, indices: Array(0..<source.count)) }

  package var count: Int { indices.count }
  package var shape: FrameShape { source.shape }

  /// Frames that follow each other in the part.
  ///
  /// - Returns: `[positions.count, height, width, channels]`.
  /// - Throws: as ``FrameSource/read(_:)``.
  package func frames(_ positions: Range<Int>) throws -> [UInt8] {
    try source.read(Array(indices[positions]))
  }

  /// Frames in any order, as ``EpochOrder`` gives it.
  ///
  /// - Returns: `[positions.count, height, width, channels]`.
  /// - Throws: as ``FrameSource/read(_:)``.
  package func frames(_ positions: [Int]) throws -> [UInt8] {
    try source.read(positions.map { indices[$0] })
  }

  /// Frames of which each pixel is 0 or 255.
  ///
  /// - Returns: `[positions.count, height, width, channels]`.
  /// - Throws: as ``FrameSource/read(_:)``.
  package func frames(_ positions: [Int], _ binarization: Binarization) throws -> [UInt8] {
    var frames = try self.frames(positions)
    binarization.apply(to: &frames, of: positions)
    return frames
  }

  /// The class of each frame of the part; nil where the source knows no such factor.
  package func labels(_ factor: String) -> [Int]? {
    guard let values = source.factors.first(where: { $0.name == factor })?.values else {
      return nil
    }
    return indices.map { values[$0] }
  }
}

/// A data set in three parts: no frame is in two of them, nor are two frames of one episode.
package struct FrameData: Sendable {
  package let training: FramePart
  /// To choose by.
  package let validation: FramePart
  /// To tell at the end how good a model is.
  package let heldOut: FramePart
  /// The factor that conditions and classifies; nil where nothing is known of the frames.
  package let label: FrameFactor?

  /// - Parameter label: a factor of the source of `training`.
  /// - Precondition: all parts are of one shape.
  package init(
    training: FramePart, validation: FramePart, heldOut: FramePart, label: FrameFactor? = nil
  ) {
    precondition(
      [validation, heldOut].allSatisfy { $0.shape == training.shape },
      "parts of \(training.shape), \(validation.shape) and \(heldOut.shape)")
    (self.training, self.validation, self.heldOut) = (training, validation, heldOut)
    self.label = label
  }

  package var shape: FrameShape { training.shape }
  /// What is known of the frames.
  package var factors: [FrameFactor] { training.source.factors }

  /// In words, for logs: `60,000 frames 28×28×1 of train.gz: 57,000 to train on, 3,000 to choose by;
  /// held out: 10,000 of test.gz`.
  package var origin: String {
    let isApart = heldOut.count == heldOut.source.count
    return "\(training.source.origin): \(grouped(training.count)) to train on, "
      + "\(grouped(validation.count)) to choose by; held out: "
      + (isApart ? heldOut.source.origin : "\(grouped(heldOut.count)) of them")
  }
}
