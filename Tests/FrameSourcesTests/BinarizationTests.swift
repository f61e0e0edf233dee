import FrameSources
import Randomness
import Testing

@Suite("Binarisation")
struct BinarizationTests {
  private func bits(_ frames: [UInt8]) -> [Int] { frames.map { $0 == 255 ? 1 : Int($0) } }

  /// The values are NumPy's, from the definition.
  @Test("fixed pixels are those of splitmix64 by their place in the part")
  func fixed() {
    var frames = (0..<48).map { UInt8(truncatingIfNeeded: 37 * $0 + 11) }
    Binarization.fixed.apply(to: &frames, of: [0, 1, 2, 3])
    let expected = "001011100010110000101001011100011110011111110011"
    #expect(bits(frames) == expected.map { $0 == "1" ? 1 : 0 })
    // Frame 7 of twelve pixels has draws 84 to 95.
    var late = [UInt8](repeating: 100, count: 12)
    Binarization.fixed.apply(to: &late, of: [7])
    #expect(bits(late) == [1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1])
  }

  /// The values are those of an implementation of Philox in Python.
  @Test("dynamic pixels are those of Philox by key, epoch, frame and place")
  func dynamic() {
    let frame: [UInt8] = [0, 255, 100, 200, 128, 128, 20, 240, 60, 180, 127]
    var third = frame
    var fourth = frame
    Binarization.dynamic(Key(seed: 5), epoch: 3).apply(to: &third, of: [6])
    Binarization.dynamic(Key(seed: 5), epoch: 4).apply(to: &fourth, of: [6])
    #expect(bits(third) == [0, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1])
    #expect(bits(fourth) == [0, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0])
  }

  @Test("a frame's pixels do not depend on the batch it is in", arguments: [1, 4, 7, 12])
  func batches(pixels: Int) {
    let frames = (0..<5 * pixels).map { UInt8(truncatingIfNeeded: 53 * $0) }
    for rule in [Binarization.fixed, .dynamic(Key(seed: 1), epoch: 0)] {
      var together = frames
      rule.apply(to: &together, of: [9, 3, 0, 4, 3])
      for (row, number) in [9, 3, 0, 4, 3].enumerated() {
        var alone = Array(frames[row * pixels..<(row + 1) * pixels])
        rule.apply(to: &alone, of: [number])
        #expect(alone == Array(together[row * pixels..<(row + 1) * pixels]))
      }
    }
  }

  @Test("a dynamic pixel is white as often as it is bright", arguments: [0, 1, 51, 128, 254, 255])
  func frequencies(intensity: UInt8) {
    var frames = [UInt8](repeating: intensity, count: 400 * 500)
    Binarization.dynamic(Key(seed: 8), epoch: 0).apply(to: &frames, of: Array(0..<400))
    let whites = Double(frames.count { $0 == 255 })
    #expect(frames.allSatisfy { $0 == 0 || $0 == 255 })
    let share = Double(intensity) / 255
    let deviation = (share * (1 - share) * Double(frames.count)).squareRoot()
    #expect(abs(whites - share * Double(frames.count)) <= 4 * deviation)
  }

  @Test("no frames are no work")
  func empty() {
    var frames: [UInt8] = []
    Binarization.fixed.apply(to: &frames, of: [])
    Binarization.dynamic(Key(seed: 1), epoch: 0).apply(to: &frames, of: [])
    #expect(frames.isEmpty)
  }
}
