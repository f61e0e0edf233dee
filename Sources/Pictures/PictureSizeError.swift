/// A picture that is too large to be drawn or written.
package struct PictureSizeError: Error, Sendable, Equatable, CustomStringConvertible {
  package let what: String

  package var description: String {
    "\(what); choose a smaller scale, or fewer steps, sequences or samples"
  }

  /// Pixels of all pictures that are in memory at a time: each takes three bytes.
  package static let mostPixels = 1 << 28

  /// - Parameters:
  ///   - count: pictures of the size that are in memory at a time.
  ///   - isGIF: whether they become a GIF, which tells sides in two bytes.
  /// - Throws: ``PictureSizeError`` where that is too much.
  package static func check(
    height: Int, width: Int, count: Int = 1, isGIF: Bool = false
  ) throws {
    if isGIF, max(height, width) > Animation.longestGIFSide {
      throw PictureSizeError(
        what: "\(width) x \(height) pixels are more than a GIF can have, whose sides are at most "
          + "\(Animation.longestGIFSide)")
    }
    let (area, isTooLarge) = height.multipliedReportingOverflow(by: width)
    guard !isTooLarge, area <= mostPixels / count else {
      let pictures = count == 1 ? "a picture" : "\(count) pictures"
      throw PictureSizeError(
        what: "\(pictures) of \(width) x \(height) pixels would be too large (at most "
          + "\(mostPixels) pixels are drawn)")
    }
  }
}
