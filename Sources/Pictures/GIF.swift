import Files
import Foundation

/// A moving picture. Its frames may be drawn when they are needed, so that few are in memory at a time.
package struct Animation: Sendable {
  /// How many frames there are; at least one.
  package let count: Int
  /// How long each frame shows, in hundredths of a second.
  package let delays: [Int]
  /// What was asked for; ``delays`` are whole hundredths whose mean it is.
  let framesPerSecond: Double
  /// Seconds that the last frame shows longer.
  let hold: Double
  private let draw: @Sendable (Int) -> Picture

  /// - Parameters:
  ///   - count: at least one frame.
  ///   - framesPerSecond: GIF counts hundredths of a second, and most programs show nothing faster
  ///     than 50 a second; its frames show for a hundredth more or less, and so long in the mean.
  ///   - hold: seconds that the last frame shows longer.
  ///   - draw: the frame of a number, always the same one; all are of one size.
  package init(
    count: Int, framesPerSecond: Double, hold: Double = 0,
    draw: @escaping @Sendable (Int) -> Picture
  ) {
    precondition(count > 0, "a moving picture of no frames")
    self.count = count
    self.draw = draw
    (self.framesPerSecond, self.hold) = (framesPerSecond, hold)
    delays = Self.delays(count, framesPerSecond, hold: hold)
  }

  /// The distances of the nearest hundredths to the times at which frames end, so that no error adds up.
  private static func delays(_ count: Int, _ framesPerSecond: Double, hold: Double) -> [Int] {
    let delay = max(100 / framesPerSecond, 2)
    func end(_ frames: Int) -> Int { Int((Double(frames) * delay).rounded()) }
    var delays = (0..<count).map { end($0 + 1) - end($0) }
    delays[count - 1] += Int((100 * hold).rounded())
    return delays
  }

  /// Frames that are in memory already: at least one, all of one size.
  package init(_ frames: [Picture], framesPerSecond: Double, hold: Double = 0) {
    self.init(count: frames.count, framesPerSecond: framesPerSecond, hold: hold) { frames[$0] }
  }

  /// A frame, with three channels.
  func frame(_ number: Int) -> Picture { draw(number).colored }

  var frames: some Sequence<Picture> { (0..<count).lazy.map(frame) }
}

// GIF89a (CompuServe 1990), endlessly repeated: one palette for all frames, and of each frame only the
// rectangle in which something changes, what does not change in it being transparent.
extension Animation {
  /// The most pixels that a GIF can be wide or high.
  package static let longestGIFSide = 0xffff

  /// Writes a GIF file that appears whole or not at all.
  /// - Throws: `FileError`; ``PictureSizeError`` where it would be too wide or too high.
  package func writeGIF(to url: URL) throws {
    let first = frame(0)
    try PictureSizeError.check(height: first.height, width: first.width, isGIF: true)
    try AtomicFile.write(gif(), to: url)
  }

  /// The contents of a GIF file: the same bytes for the same frames.
  /// - Precondition: no side is longer than ``longestGIFSide``.
  package func gif() -> Data {
    let palette = Palette(of: frames, limit: 255)
    // One number beyond the colours is the transparent one.
    let transparent = palette.colors.count
    var bits = 2
    while 1 << bits <= transparent { bits += 1 }
    let patches = patches(palette, transparent: UInt8(transparent))
    // The first patch is the whole frame.
    precondition(
      max(patches[0].place.height, patches[0].place.width) <= Self.longestGIFSide,
      "a GIF has no such sides")
    var bytes = header(palette, size: patches[0].place, bits: bits)
    for patch in patches {
      bytes += Self.control(delay: patch.delay, transparent: transparent)
      bytes += Self.image(patch, bits: bits)
    }
    return Data(bytes + [0x3b])
  }

  /// What a frame changes.
  private struct Patch {
    var place: Rectangle
    /// `[height, width]` colour numbers.
    var indices: [UInt8]
    var delay: Int
  }

  /// The frames' changes; frames that change nothing only let the one before them show longer.
  private func patches(_ palette: Palette, transparent: UInt8) -> [Patch] {
    var shown: [UInt8] = []
    var patches: [Patch] = []
    for (frame, delay) in zip(frames, delays) {
      let indices = palette.indices(of: frame)
      precondition(shown.isEmpty || shown.count == indices.count, "frames of different sizes")
      if shown.isEmpty {
        patches.append(Patch(place: frame.bounds, indices: indices, delay: delay))
      } else if let place = Self.difference(shown, indices, width: frame.width) {
        var changes: [UInt8] = []
        for row in place.row..<place.row + place.height {
          for pixel in row * frame.width + place.column..<row * frame.width + place.column
            + place.width
          {
            changes.append(indices[pixel] == shown[pixel] ? transparent : indices[pixel])
          }
        }
        patches.append(Patch(place: place, indices: changes, delay: delay))
      } else {
        patches[patches.count - 1].delay += delay
      }
      shown = indices
    }
    return patches
  }

  /// The smallest rectangle outside of which two frames agree; nil where they agree.
  private static func difference(_ old: [UInt8], _ new: [UInt8], width: Int) -> Rectangle? {
    let rows = (0..<old.count / width).filter { row in
      let range = row * width..<(row + 1) * width
      return old[range] != new[range]
    }
    guard let top = rows.first, let bottom = rows.last else { return nil }
    var (left, right) = (width - 1, 0)
    for row in rows {
      let range = row * width..<(row + 1) * width
      if let first = range.first(where: { old[$0] != new[$0] }) {
        left = min(left, first - range.lowerBound)
      }
      if let last = range.last(where: { old[$0] != new[$0] }) {
        right = max(right, last - range.lowerBound)
      }
    }
    return Rectangle(row: top, column: left, height: bottom - top + 1, width: right - left + 1)
  }

  // MARK: blocks

  private static func short(_ number: Int) -> [UInt8] {
    [UInt8(number & 255), UInt8(number >> 8 & 255)]
  }

  /// Signature, screen, colours, and the word that it repeats for ever.
  private func header(_ palette: Palette, size: Rectangle, bits: Int) -> [UInt8] {
    var bytes = Array("GIF89a".utf8) + Self.short(size.width) + Self.short(size.height)
    bytes += [0xf0 | UInt8(bits - 1), 0, 0]
    for color in palette.colors { bytes += [color.red, color.green, color.blue] }
    bytes += [UInt8](repeating: 0, count: ((1 << bits) - palette.colors.count) * 3)
    return bytes + [0x21, 0xff, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
  }

  /// The graphic control of a frame that stays when its time is over.
  private static func control(delay: Int, transparent: Int) -> [UInt8] {
    [0x21, 0xf9, 4, 1 << 2 | 1] + short(min(delay, 0xffff)) + [UInt8(transparent), 0]
  }

  private static func image(_ patch: Patch, bits: Int) -> [UInt8] {
    var bytes: [UInt8] = [0x2c]
    for number in [patch.place.column, patch.place.row, patch.place.width, patch.place.height] {
      bytes += short(number)
    }
    bytes += [0, UInt8(bits)]
    let data = LZW.compressed(patch.indices, bits: bits)
    for start in stride(from: 0, to: data.count, by: 255) {
      let block = data[start..<min(start + 255, data.count)]
      bytes.append(UInt8(block.count))
      bytes += block
    }
    return bytes + [0]
  }
}
