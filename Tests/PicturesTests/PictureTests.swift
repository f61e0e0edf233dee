import Files
import Foundation
import Pictures
import Testing

@Suite("Pictures")
struct PictureTests {
  let grey = Picture(height: 1, width: 2, channels: 1, pixels: [10, 20])

  @Test("a PNG file holds the pixels", arguments: [1, 3])
  func roundTrip(channels: Int) throws {
    let pixels = (0..<(5 * 7 * channels)).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let picture = Picture(height: 5, width: 7, channels: channels, pixels: pixels)
    let data = try picture.png()
    #expect(data.prefix(8) == Data([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
    #expect(try Picture(png: data) == picture)
    #expect(try picture.png() == data)
  }

  @Test("what is no PNG is an error")
  func malformed() throws {
    #expect(throws: PNGError.self) { try Picture(png: Data("hello".utf8)) }
    #expect(throws: PNGError.self) { try Picture(png: Data()) }
    let data = try Picture(height: 9, width: 9, color: .red).png()
    #expect(throws: PNGError.self) { try Picture(png: data.prefix(data.count - 30)) }
  }

  @Test("a picture is written to a file, and a missing folder is an error")
  func file() throws {
    let folder = FileManager.default.temporaryDirectory
    let url = folder.appendingPathComponent("\(UUID().uuidString).png")
    defer { try? FileManager.default.removeItem(at: url) }
    try grey.writePNG(to: url)
    #expect(try Picture(png: Data(contentsOf: url)) == grey)
    #expect(throws: FileError.self) {
      try grey.writePNG(to: folder.appendingPathComponent("\(UUID().uuidString)/x.png"))
    }
  }

  @Test("a row has gaps between and fills beneath what is smaller")
  func row() {
    let tall = Picture(height: 2, width: 1, color: .white)
    let row = Picture.row([tall, grey], gap: 1, color: .green)
    #expect(row.height == 2 && row.width == 4 && row.channels == 3)
    let g: [UInt8] = [0, 255, 0]
    let w: [UInt8] = [255, 255, 255]
    #expect(row.pixels == w + g + [10, 10, 10, 20, 20, 20] + w + g + g + g)
  }

  @Test("a column has gaps between and fills beside what is smaller")
  func column() {
    let small = Picture(height: 1, width: 1, color: .red)
    let column = Picture.column([grey, small], gap: 1)
    let black: [UInt8] = [0, 0, 0]
    #expect(column.height == 3 && column.width == 2)
    #expect(
      column.pixels == [10, 10, 10, 20, 20, 20] + black + black + [255, 0, 0] + black)
  }

  @Test("a border surrounds the picture")
  func border() {
    let framed = Picture(height: 1, width: 1, color: .white).bordered(by: 1, color: .red)
    #expect(framed.height == 3 && framed.width == 3)
    let pixels = stride(from: 0, to: 27, by: 3).map { Array(framed.pixels[$0..<($0 + 3)]) }
    #expect(pixels.enumerated().allSatisfy { $1 == ($0 == 4 ? [255, 255, 255] : [255, 0, 0]) })
  }

  @Test("enlarging repeats pixels both ways")
  func enlarged() {
    #expect(
      grey.enlarged(by: 2)
        == Picture(height: 2, width: 4, channels: 1, pixels: [10, 10, 20, 20, 10, 10, 20, 20]))
    #expect(grey.colored.enlarged(by: 1) == grey.colored)
  }
}
