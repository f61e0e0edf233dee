import Files
import Foundation
import Pictures

/// The PNG files of a folder in the order of their names, all of one size, read when they are wanted.
///
/// Where there are sub-folders, the files are in these, and the sub-folder is a file's class. What is
/// hidden or not called `….png` is passed over. Links are refused, for nothing says what they point to
/// tomorrow. Of pictures with 16 bits a sample 8 are kept, and what is transparent is laid on black.
package struct PNGFolder: FrameSource {
  package let shape: FrameShape
  package let factors: [FrameFactor]
  package let origin: String
  private let files: [URL]

  package var count: Int { files.count }

  /// What the factor of the sub-folders is called.
  package static let factorName = "folder"

  /// Looks at the beginning of each file.
  ///
  /// - Throws: `FileError`: `missing` where there is no folder or no PNG file in it; `malformed` for the
  ///   first file in order that is a link, a pipe or no PNG file, or whose size is not the first's;
  ///   `system`.
  package init(_ folder: URL) throws {
    let listing = try FolderListing(folder)
    files = listing.classes.flatMap(\.files)
    guard let first = files.first else {
      throw FileError(
        .missing, path: folder.path, what: "holds no PNG files",
        remedy: "name a folder of files that end in .png, or one of folders of these")
    }
    shape = try Self.shape(of: first)
    for file in files.dropFirst() {
      let other = try Self.shape(of: file)
      guard other == shape else { throw Self.differing(file, other, first, shape) }
    }
    factors = listing.factor(Self.factorName).map { [$0] } ?? []
    let name = ForeignText.visible(folder.lastPathComponent)
    origin = "\(described(files.count, shape)) of PNG files in \(name)"
  }

  package func read(_ indices: [Int]) throws -> [UInt8] {
    check(indices)
    var frames: [UInt8] = []
    frames.reserveCapacity(indices.count * shape.count)
    for index in indices { frames += try pixels(files[index]) }
    return frames
  }

  private func pixels(_ url: URL) throws -> [UInt8] {
    let file = try RandomAccessFile(reading: url)
    let size = try file.size()
    guard size <= Self.mostFileBytes else {
      throw Self.error(
        url, "has \(grouped(size)) bytes; at most \(grouped(Self.mostFileBytes)) are read")
    }
    let data = try file.read(at: 0, count: size)
    // It may have been replaced; libpng takes as much memory as the header says.
    guard PNGHeader(data)?.shape == shape else {
      throw Self.error(
        url, "has changed since the folder was opened", "leave it alone during a run")
    }
    do {
      return try Picture(png: data).pixels
    } catch let problem as PNGError {
      throw Self.error(url, "is a damaged PNG file (\(problem.what))")
    }
  }

  /// Of a file: more than a picture of the longest sides has, uncompressed.
  private static let mostFileBytes = 1 << 28

  private static func shape(of url: URL) throws -> FrameShape {
    let data = try RandomAccessFile(reading: url).read(at: 0, count: PNGHeader.size)
    guard let shape = PNGHeader(data)?.shape else { throw error(url, "is no PNG file") }
    guard shape.isBelievable else {
      throw error(url, "is of \(shape); sides are 1 to \(FrameShape.longestSide)")
    }
    return shape
  }

  private static func differing(
    _ file: URL, _ other: FrameShape, _ first: URL, _ shape: FrameShape
  ) -> FileError {
    error(
      file, "is of \(other) where \(ForeignText.visible(first.lastPathComponent)) is of \(shape)",
      "give all pictures one size, and all of them colours or none")
  }

  private static func error(
    _ url: URL, _ what: String, _ remedy: String = "remove it from the folder or replace it"
  ) -> FileError {
    FileError(.malformed, path: url.path, what: what, remedy: remedy)
  }
}
