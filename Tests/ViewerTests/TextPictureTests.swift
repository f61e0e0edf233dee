import Pictures
import Testing
import Viewer

@Suite("Pictures as text")
struct TextPictureTests {
  @Test("without colours, two pixels above each other make a letter by their brightness")
  func shades() {
    let picture = Picture(height: 2, width: 3, channels: 1, pixels: [0, 255, 255, 0, 0, 255])
    #expect(TextPicture(hasColor: false).lines(of: picture) == [" =@"])
  }

  @Test("with colours, the upper pixel is the letter's and the lower one the ground's")
  func colors() {
    let picture = Picture(height: 2, width: 1, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    #expect(
      TextPicture(hasColor: true).lines(of: picture)
        == ["\u{1B}[38;2;1;2;3m\u{1B}[48;2;4;5;6m▀\u{1B}[0m"])
  }

  @Test("a wide picture is drawn in means of squares")
  func means() {
    // Two squares of 2×2 on each of two rows; the last column has no square.
    let rows: [[UInt8]] = [
      [255, 255, 0, 0, 9], [255, 255, 0, 0, 9], [255, 255, 255, 255, 9], [255, 255, 0, 0, 9],
    ]
    let picture = Picture(height: 4, width: 5, channels: 1, pixels: rows.flatMap { $0 })
    #expect(TextPicture(hasColor: false, columns: 3).lines(of: picture) == ["@:"])
  }
}
