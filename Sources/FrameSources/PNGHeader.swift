import Foundation

/// The beginning of a PNG file: its signature and the chunk `IHDR` (PNG specification, second edition,
/// 5.2 and 11.2.2).
struct PNGHeader: Equatable {
  /// The size of the picture as `Picture` reads it: one channel where it is grey, three else. What is
  /// transparent is laid on black.
  let shape: FrameShape

  /// Bytes of what is looked at: signature, length and name of the chunk, both sides, bit depth and
  /// type of colour.
  static let size = 26
  private static let start: [UInt8] = [
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52,
  ]
  /// The bit of the type of colour that says that there is any.
  private static let colorBit: UInt8 = 2

  /// nil where the data does not begin as a PNG file does.
  init?(_ data: Data) {
    let bytes = Array(data.prefix(Self.size))
    guard bytes.count == Self.size, bytes.starts(with: Self.start) else { return nil }
    func side(_ place: Int) -> Int { bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) } }
    shape = FrameShape(
      height: side(20), width: side(16), channels: bytes[25] & Self.colorBit == 0 ? 1 : 3)
  }
}
