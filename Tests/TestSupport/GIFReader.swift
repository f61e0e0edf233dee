import Foundation
import Pictures

/// Reads moving GIFs, written from the specification without a look at the writer.
package struct GIFReader {
  package private(set) var frames: [Picture] = []
  /// Hundredths of a second.
  package private(set) var delays: [Int] = []
  /// Pixels in the rectangles of all frames.
  package private(set) var patchPixels = 0
  package private(set) var repeatsForever = false
  private var bytes: ArraySlice<UInt8>
  private var colors: [[UInt8]] = []

  package struct Malformed: Error { var what: String }

  package init(_ data: Data) throws {
    bytes = ArraySlice([UInt8](data))
    guard String(decoding: take(6), as: UTF8.self) == "GIF89a" else {
      throw Malformed(what: "signature")
    }
    let (width, height) = (short(), short())
    let packed = Int(byte())
    _ = take(2)
    guard packed & 0x80 != 0 else { throw Malformed(what: "no colours") }
    colors = (0..<(2 << (packed & 7))).map { _ in Array(take(3)) }
    var canvas = [UInt8](repeating: 0, count: width * height * 3)
    var (delay, transparent): (Int, UInt8?) = (0, nil)
    while let kind = bytes.first, kind != 0x3b {
      _ = byte()
      switch kind {
      case 0x21:
        let label = byte()
        let data = blocks()
        if label == 0xf9 {
          delay = Int(data[1]) | Int(data[2]) << 8
          transparent = data[0] & 1 == 1 ? data[3] : nil
        } else if String(decoding: data.prefix(11), as: UTF8.self) == "NETSCAPE2.0" {
          repeatsForever = data[12] == 0 && data[13] == 0
        }
      case 0x2c:
        try image(onto: &canvas, width: width, transparent: transparent)
        frames.append(Picture(height: height, width: width, channels: 3, pixels: canvas))
        delays.append(delay)
      default: throw Malformed(what: "block \(kind)")
      }
    }
    guard bytes.count == 1 else { throw Malformed(what: "\(bytes.count) bytes after the end") }
  }

  private mutating func byte() -> UInt8 { bytes.removeFirst() }

  private mutating func short() -> Int { Int(byte()) | Int(byte()) << 8 }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8> {
    defer { bytes = bytes.dropFirst(count) }
    return bytes.prefix(count)
  }

  private mutating func blocks() -> [UInt8] {
    var data: [UInt8] = []
    while case let count = Int(byte()), count > 0 { data += take(count) }
    return data
  }

  private mutating func image(
    onto canvas: inout [UInt8], width: Int, transparent: UInt8?
  ) throws {
    let (left, top, columns, rows) = (short(), short(), short(), short())
    guard byte() == 0 else { throw Malformed(what: "interlaced or with colours of its own") }
    let bits = Int(byte())
    let symbols = try Self.decompressed(blocks(), bits: bits)
    guard symbols.count == columns * rows else {
      throw Malformed(what: "\(symbols.count) pixels for \(columns)×\(rows)")
    }
    patchPixels += symbols.count
    for (index, symbol) in symbols.enumerated() where symbol != transparent {
      let target = ((top + index / columns) * width + left + index % columns) * 3
      canvas.replaceSubrange(target..<target + 3, with: colors[Int(symbol)])
    }
  }

  private static func decompressed(_ data: [UInt8], bits: Int) throws -> [UInt8] {
    let clear = 1 << bits
    var table: [[UInt8]] = []
    var (width, position) = (bits + 1, 0)
    var (previous, output): ([UInt8]?, [UInt8]) = (nil, [])
    func read() throws -> Int {
      guard position + width <= data.count * 8 else { throw Malformed(what: "no end code") }
      defer { position += width }
      return (0..<width).reduce(0) { code, bit in
        code | Int(data[(position + bit) / 8] >> ((position + bit) % 8) & 1) << bit
      }
    }
    while true {
      let code = try read()
      if code == clear {
        table = (0..<clear).map { [UInt8($0)] } + [[], []]
        (width, previous) = (bits + 1, nil)
        continue
      }
      if code == clear + 1 { return output }
      var entry: [UInt8]
      if code < table.count {
        entry = table[code]
      } else if let previous, code == table.count {
        entry = previous + [previous[0]]
      } else {
        throw Malformed(what: "code \(code) of \(table.count)")
      }
      output += entry
      if let previous, table.count < 4096 { table.append(previous + [entry[0]]) }
      if table.count == 1 << width, width < 12 { width += 1 }
      previous = entry
    }
  }
}
