import Testing
import WorldModels

@Suite("Pixels")
struct PixelTests {
  @Test("numbers are rounded down to bytes, and what is beyond or no number is an end")
  func bytes() {
    let numbers: [Float] = [0, 0.5, 0.999, 1, 1.5, .infinity, -0.1, -.infinity, .nan]
    #expect(numbers.map(Pixel.byte) == [0, 127, 254, 255, 255, 255, 0, 0, 0])
  }

  @Test("every byte is itself again after both ways")
  func bothWays() {
    for byte in UInt8.min...UInt8.max {
      // Rounding down can fall short by one.
      #expect(abs(Int(Pixel.byte(Pixel.number(byte))) - Int(byte)) <= 1)
      #expect(Pixel.number(byte) == Float(byte) / 255)
    }
  }
}
