import Files
import Foundation
import FrameSources
import Pictures
import TestSupport
import Testing

@Suite("Folders of PNG files")
struct PNGFolderTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func put(_ picture: Picture, _ name: String) throws {
    _ = try scratch.file(name, picture.png())
  }

  @Test("frames are in the order of names by scalars; what is hidden or no PNG is passed over")
  func order() throws {
    for (number, name) in ["b.png", "B.png", "ä.png", "a.PNG", "10.png", "9.png"].enumerated() {
      try put(FrameFiles.gray(10 * number), name)
    }
    _ = try scratch.file(".hidden.png", Data("no PNG".utf8))
    _ = try scratch.file("notes.txt", Data("no PNG".utf8))
    let source = try PNGFolder(scratch.url)
    #expect(source.shape == FrameShape(height: 2, width: 3, channels: 1))
    #expect(source.count == 6 && source.factors.isEmpty && source.episodes == nil)
    // 10, 9, B, a, b, ä.
    let firsts = try (0..<6).map { try source.read([$0])[0] }
    #expect(firsts == [40, 50, 10, 30, 0, 20])
    #expect(try source.read([4, 2]) == Array(0..<6) + Array(10..<16))
    #expect(source.origin == "6 frames 2×3×1 of PNG files in \(scratch.url.lastPathComponent)")
  }

  @Test("sub-folders are classes, empty ones none")
  func classes() throws {
    for name in ["dog", "cat", "empty", ".hidden"] { _ = try scratch.folder(name) }
    for (number, name) in ["dog/1.png", "cat/2.png", "dog/0.png"].enumerated() {
      try put(FrameFiles.gray(10 * number), name)
    }
    let source = try PNGFolder(scratch.url)
    #expect(try (0..<3).map { try source.read([$0])[0] } == [10, 20, 0])
    #expect(
      source.factors
        == [FrameFactor(name: "folder", classNames: ["cat", "dog"], values: [0, 1, 1])])
  }

  @Test("colours have three channels, and what is transparent is laid on black")
  func colors() throws {
    // One pixel of red 200, green 100, blue 50 at half opacity, by Python's zlib.
    let transparent = Data(
      base64Encoded:
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mM4kWLUAAAFNQHfrDzxywAAAABJ"
        + "RU5ErkJggg==")
    _ = try scratch.file("a.png", #require(transparent))
    try put(Picture(height: 1, width: 1, channels: 3, pixels: [1, 2, 3]), "b.png")
    let source = try PNGFolder(scratch.url)
    #expect(source.shape == FrameShape(height: 1, width: 1, channels: 3))
    let pixels = try source.read([1, 0])
    #expect(pixels.prefix(3) == [1, 2, 3])
    #expect(pixels[3] > pixels[4] && pixels[4] > pixels[5] && pixels[3] < 200)
  }

  @Test("the first file of another size or of colours among grey ones is named")
  func mixed() throws {
    try put(FrameFiles.gray(0), "a.png")
    try put(FrameFiles.gray(0), "b.png")
    try put(FrameFiles.gray(0, height: 3), "c.png")
    try put(FrameFiles.gray(0).colored, "d.png")
    let file = scratch.url.appendingPathComponent("c.png")
    #expect(
      complaint(about: file) { _ = try PNGFolder(scratch.url) }
        == "is of 3×3×1 where a.png is of 2×3×1; give all pictures one size, and all of them colours "
        + "or none")
    AtomicFile.remove(file)
    let colored = scratch.url.appendingPathComponent("d.png")
    #expect(
      complaint(about: colored) { _ = try PNGFolder(scratch.url) }?
        .hasPrefix("is of 2×3×3 where a.png is of 2×3×1") == true)
  }

  @Test("links, pipes, folders called so and files that are no PNG are named")
  func strange() throws {
    try put(FrameFiles.gray(0), "a.png")
    let strange = scratch.url.appendingPathComponent("b.png")
    func complaint() -> String? {
      FrameSourcesTests.complaint(about: strange) { _ = try PNGFolder(scratch.url) }
    }
    let instead = "; put the file or folder itself in its place"
    symlink(scratch.url.appendingPathComponent("a.png").path, strange.path)
    #expect(complaint() == "is a link" + instead)
    AtomicFile.remove(strange)
    symlink("nowhere", strange.path)
    #expect(complaint() == "is a link" + instead)
    AtomicFile.remove(strange)
    mkfifo(strange.path, 0o600)
    #expect(complaint() == "is a pipe or a device, no file" + instead)
    AtomicFile.remove(strange)
    for data in [Data(), Data("no PNG".utf8)] {
      try data.write(to: strange)
      #expect(complaint() == "is no PNG file; remove it from the folder or replace it")
    }
  }

  @Test("a link to a folder, a folder in a class and a file beside classes are named")
  func strangeFolders() throws {
    try put(FrameFiles.gray(0), "a.png")
    let other = scratch.url.appendingPathComponent("other")
    symlink(scratch.url.path, other.path)
    #expect(
      complaint(about: other) { _ = try PNGFolder(scratch.url) }
        == "is a link; put the file or folder itself in its place")
    AtomicFile.remove(other)
    let deep = try scratch.folder("cat/deep")
    let stray = scratch.url.appendingPathComponent("a.png")
    #expect(
      complaint(about: stray) { _ = try PNGFolder(scratch.url) }
        == "lies beside folders such as cat, so that its class is unknown; move it into one, or "
        + "name another folder")
    AtomicFile.remove(stray)
    #expect(
      complaint(about: deep) { _ = try PNGFolder(scratch.url) }
        == "is a folder within a class of pictures; move its files into the folder above")
  }

  @Test("a folder that is missing, a file or empty is refused")
  func noFolder() throws {
    let missing = scratch.url.appendingPathComponent("missing")
    #expect(
      complaint(about: missing) { _ = try PNGFolder(missing) }
        == "there is no such folder; check the path")
    let file = try scratch.file("file.txt", Data())
    #expect(
      complaint(about: file) { _ = try PNGFolder(file) }
        == "is no folder; name the folder it is in")
    #expect(
      complaint(about: scratch.url) { _ = try PNGFolder(scratch.url) }
        == "holds no PNG files; name a folder of files that end in .png, or one of folders of these"
    )
  }

  @Test("a side that no picture has is refused before memory is taken for it")
  func hugeSide() throws {
    var data = try FrameFiles.gray(0).png()
    data[16] = 0x7F
    let file = try scratch.file("a.png", data)
    #expect(
      complaint(about: file) { _ = try PNGFolder(scratch.url) }
        == "is of 2×2130706435×1; sides are 1 to 4096; remove it from the folder or replace it")
  }

  @Test("a truncated file and one that was replaced are named when they are read")
  func damaged() throws {
    let whole = try FrameFiles.gray(0).png()
    let file = try scratch.file("a.png", whole.prefix(45))
    let source = try PNGFolder(scratch.url)
    #expect(
      complaint(about: file) { _ = try source.read([0]) }?.hasPrefix("is a damaged PNG file (")
        == true)
    try put(FrameFiles.gray(0, height: 9), "a.png")
    #expect(
      complaint(about: file) { _ = try source.read([0]) }
        == "has changed since the folder was opened; leave it alone during a run")
    AtomicFile.remove(file)
    #expect(
      complaint(about: file) { _ = try source.read([0]) } == "there is no such file; check the path"
    )
  }
}
