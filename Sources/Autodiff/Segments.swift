import Kernels

/// A part of a tape that is swept on its own, once the losses of its results are known.
package struct Segment: Sendable {
  let operations: Range<Int>
  /// Where the gradients of its tensors end.
  let gradients: Arena.Mark
}

extension Tape {
  /// Records `body` as a segment.
  ///
  /// The gradients of all segments have one memory, which is cleared when the turn of a segment
  /// comes. So they stay in the cache, and many segments need no more memory than the largest. Until
  /// then nobody may write into gradients of what `body` makes.
  package func segment<Result>(_ body: () throws -> Result) rethrows -> (Result, Segment) {
    precondition(!isInSegment, "a segment inside a segment")
    let start = recordedCount
    segmentGradients.share()
    isInSegment = true
    defer { isInSegment = false }
    let result = try body()
    return (result, Segment(operations: start..<recordedCount, gradients: segmentGradients.mark))
  }

  /// Sweeps backwards over a segment.
  ///
  /// - Parameters:
  ///   - segment: the newest that the tape has.
  ///   - losses: records what follows the segment's results, and puts gradients into it.
  package func sweep(_ segment: Segment, losses: () throws -> Void) rethrows {
    precondition(
      recordedCount == segment.operations.upperBound,
      "\(recordedCount) operations on the tape, of which the segment has \(segment.operations)")
    segmentGradients.clear(upTo: segment.gradients)
    try losses()
    backward(keeping: segment.operations.lowerBound)
  }
}
