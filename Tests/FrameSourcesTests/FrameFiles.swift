import Files
import Foundation
import Pictures
import TestSupport
import Testing

/// Files that tests make.
enum FrameFiles {
  /// An IDX file of bytes.
  static func idx(_ lengths: [Int], _ bytes: [UInt8]) -> Data {
    let axes = lengths.flatMap { length in
      (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
    }
    return Data([0, 0, 8, UInt8(lengths.count)] + axes + bytes)
  }

  /// The pixels of ``compressed``.
  static let pixels = (0..<120).map { $0 / 10 % 2 == 1 ? UInt8(truncatingIfNeeded: $0 * 7) : 9 }

  /// Four images of five rows by six columns as Python's `gzip.compress(…, 9)` packs them.
  static let compressed =
    Data(
      base64Encoded:
        "H4sIAAAAAAACA2Ng4GBmYGBgAWJWIGbjhAM335DopMyC8rpWhNilmw+ev/v6h5lLECEWl5pTXNXY0T9t"
        + "LkLs1ccf/9l4RaSVNBFiZbUt3ZNmLli+bitCjIlTQFxOVcfYyhEARJJzXYgAAAA=") ?? Data()

  /// A gzip member that holds bytes as they are (RFC 1951, section 3.2.4; RFC 1952).
  static func stored(_ bytes: Data) -> Data {
    let count = UInt16(bytes.count)
    let sizes = [count, ~count].flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let checks = [crc32(bytes), UInt32(bytes.count)].flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    return Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + sizes) + bytes + Data(checks)
  }

  private static func crc32(_ bytes: Data) -> UInt32 {
    ~bytes.reduce(~0 as UInt32) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
        sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1
      }
    }
  }

  /// A grey picture whose pixels begin at a number and rise by one.
  static func gray(_ first: Int, height: Int = 2, width: Int = 3) -> Picture {
    Picture(
      height: height, width: width, channels: 1,
      pixels: (0..<height * width).map { UInt8(truncatingIfNeeded: first + $0) })
  }
}

extension Scratch {
  /// Writes a file in the place of one of that name, and does not wait for the disk as `Data` does.
  func file(_ name: String, _ data: Data) throws -> URL {
    let file = url.appendingPathComponent(name)
    AtomicFile.remove(file)
    let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    try #require(descriptor >= 0)
    try FileHandle(fileDescriptor: descriptor, closeOnDealloc: true).write(contentsOf: data)
    return file
  }

  func folder(_ name: String) throws -> URL {
    let folder = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }
}

/// What an error of a file says, without its path.
func complaint(about file: URL, _ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch {
    let text = "\(error)"
    return text.hasPrefix(file.path + ": ") ? String(text.dropFirst(file.path.count + 2)) : text
  }
}
