import Foundation
import Pictures
import TestSupport
import Testing

@Suite("Moving GIFs")
struct GIFTests {
  /// Numbers that look random.
  private static func noise(_ count: Int, below bound: Int) -> [UInt8] {
    var state: UInt32 = 1
    return (0..<count).map { _ in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(Int(state >> 16) % bound)
    }
  }

  private func frame(_ height: Int, _ width: Int, of colors: [UInt8]) -> Picture {
    Picture(
      height: height, width: width, channels: 3,
      pixels: colors.flatMap { [$0, 255 - $0, $0 / 2] })
  }

  @Test("frames of few colours come back as they were", arguments: [1, 2, 3, 5, 17, 255])
  func exact(colors: Int) throws {
    // Large enough for the table of codes to fill and be cleared.
    let size = 120
    let frames = (0..<3).map { index in
      frame(
        size, size, of: Self.noise(size * size * (index + 1), below: colors).suffix(size * size))
    }
    let read = try GIFReader(Animation(frames, framesPerSecond: 10).gif())
    #expect(read.frames == (colors == 1 ? [frames[0]] : frames))
    #expect(read.repeatsForever)
    #expect(read.delays == (colors == 1 ? [30] : [10, 10, 10]))
  }

  @Test("a picture of one pixel is a GIF")
  func tiny() throws {
    let pixel = Picture(height: 1, width: 1, color: .red)
    #expect(try GIFReader(Animation([pixel], framesPerSecond: 10).gif()).frames == [pixel])
  }

  @Test("only what changes is written, and a frame that is the same only lengthens the one before")
  func differences() throws {
    var frames = [Picture(height: 30, width: 40, color: .white)]
    frames.append(frames[0])
    var changed = frames[0]
    changed.fill(Rectangle(row: 4, column: 7, height: 2, width: 3), with: .red)
    frames.append(changed)
    let read = try GIFReader(Animation(frames, framesPerSecond: 20, hold: 1).gif())
    #expect(read.frames == [frames[0], changed])
    #expect(read.delays == [10, 105])
    #expect(read.patchPixels == 30 * 40 + 2 * 3)
  }

  @Test("many colours become 255 that are near")
  func quantised() throws {
    // Three gradients: 16,384 colours.
    let side = 128
    let pixels = (0..<side * side).flatMap { pixel -> [UInt8] in
      [UInt8(2 * (pixel / side)), UInt8(2 * (pixel % side)), UInt8(pixel / side + pixel % side)]
    }
    let picture = Picture(height: side, width: side, channels: 3, pixels: pixels)
    let read = try GIFReader(Animation([picture], framesPerSecond: 10).gif()).frames[0]
    let errors = zip(read.pixels, pixels).map { abs(Int($0) - Int($1)) }
    let colors = (0..<side * side).map { pixel -> [UInt8] in
      Array(read.pixels[3 * pixel..<3 * pixel + 3])
    }
    #expect(Set(colors).count == 255)
    #expect(errors.reduce(0, +) < 5 * errors.count)
    #expect((errors.max() ?? 255) <= 24)
  }

  @Test("the same frames are the same bytes")
  func reproducible() {
    let frames = [frame(20, 20, of: Self.noise(400, below: 256))]
    let animation = Animation(frames, framesPerSecond: 10)
    #expect(animation.gif() == animation.gif())
  }

  @Test("no frame is faster than programs show")
  func speed() {
    let pixel = Picture(height: 1, width: 1, color: .red)
    #expect(Animation([pixel], framesPerSecond: 1000).delays == [2])
    #expect(Animation([pixel], framesPerSecond: 15).delays == [7])
  }

  @Test("a rate that hundredths do not divide is kept in the mean", arguments: [15.0, 40, 48, 0.3])
  func meanSpeed(rate: Double) {
    let pixel = Picture(height: 1, width: 1, color: .red)
    let delays = Animation(count: 120, framesPerSecond: rate) { _ in pixel }.delays
    #expect(abs(Double(delays.reduce(0, +)) - 120 * 100 / rate) <= 0.5)
    #expect(delays.allSatisfy { abs(Double($0) - 100 / rate) < 1 && $0 >= 2 })
  }

  @Test("a GIF wider or higher than two bytes can say is refused in words")
  func tooWide() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).gif")
    for (height, width) in [(1, 65_536), (65_536, 1)] {
      let error = #expect(throws: PictureSizeError.self) {
        try Animation([Picture(height: height, width: width, color: .red)], framesPerSecond: 5)
          .writeGIF(to: url)
      }
      #expect(error?.what.hasPrefix("\(width) x \(height) pixels are more than a GIF") == true)
    }
    #expect(!FileManager.default.fileExists(atPath: url.path))
    let widest = Picture(height: 1, width: 65_535, color: .red)
    #expect(try GIFReader(Animation([widest], framesPerSecond: 5).gif()).frames == [widest])
  }
}
