internal import CPNG
import Files
import Foundation

// The only file that calls libpng, through its simplified interface (libpng manual, section V).

/// A picture that libpng refuses to write or data that it cannot read.
package struct PNGError: Error, Sendable, Equatable, CustomStringConvertible {
  /// libpng's own words.
  package let what: String

  package var description: String { "PNG: \(what); use another picture" }
}

extension Picture {
  /// Writes a PNG file that appears whole or not at all.
  /// - Throws: `FileError`; ``PNGError``.
  package func writePNG(to url: URL) throws {
    try AtomicFile.write(png(), to: url)
  }

  /// The picture as the contents of a PNG file.
  /// - Throws: ``PNGError``, for lack of memory.
  package func png() throws -> Data {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = channels == 1 ? 0 : png_uint_32(PNG_FORMAT_FLAG_COLOR)
    // Asked without memory to write to, libpng answers with the size.
    var size = 0
    guard png_image_write_to_memory(&image, nil, &size, 0, pixels, 0, nil) != 0 else {
      throw PNGError(image)
    }
    var data = Data(count: size)
    let isWritten = data.withUnsafeMutableBytes {
      png_image_write_to_memory(&image, $0.baseAddress, &size, 0, pixels, 0, nil) != 0
    }
    guard isWritten else { throw PNGError(image) }
    return data.prefix(size)
  }

  /// Reads the contents of a PNG file, in grey where it is grey.
  /// - Throws: ``PNGError`` where they are none.
  package init(png data: Data) throws {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    // libpng keeps the address until the read is finished, so both calls stand in one scope.
    let pixels = try data.withUnsafeBytes { bytes in
      guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else {
        throw PNGError(image)
      }
      image.format &= png_uint_32(PNG_FORMAT_FLAG_COLOR)
      let channels = image.format == 0 ? 1 : 3
      var pixels = [UInt8](repeating: 0, count: Int(image.width) * Int(image.height) * channels)
      var black = png_color()
      guard png_image_finish_read(&image, &black, &pixels, 0, nil) != 0 else {
        throw PNGError(image)
      }
      return pixels
    }
    self.init(
      height: Int(image.height), width: Int(image.width), channels: image.format == 0 ? 1 : 3,
      pixels: pixels)
  }
}

extension PNGError {
  /// The message that libpng left in an image.
  fileprivate init(_ image: png_image) {
    what = withUnsafeBytes(of: image.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
