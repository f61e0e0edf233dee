import Files
import Foundation
import FrameSources
import TestSupport
import Testing

@Suite("IDX files")
struct IDXFramesTests {
  let scratch: Scratch
  static let again = "; copy it again, or name another IDX file"

  init() throws { scratch = try Scratch() }

  @Test("frames are read by index from plain and gzipped files alike, whatever their names")
  func reading() throws {
    let plain = FrameFiles.idx([4, 5, 6], FrameFiles.pixels)
    let first = plain.prefix(50)
    let members = FrameFiles.stored(first) + FrameFiles.stored(plain.dropFirst(50))
    for data in [
      plain, FrameFiles.compressed, FrameFiles.stored(plain), members, members + Data(count: 512),
    ] {
      let source = try IDXFrames(try scratch.file("images.gz", data))
      #expect(source.shape == FrameShape(height: 5, width: 6, channels: 1))
      #expect(source.count == 4 && source.factors.isEmpty && source.episodes == nil)
      #expect(source.origin == "4 frames 5×6×1 of images.gz")
      #expect(try source.read([0, 1, 2, 3]) == FrameFiles.pixels)
      #expect(
        try source.read([2, 0, 2])
          == Array(
            FrameFiles.pixels[60..<90] + FrameFiles.pixels[..<30] + FrameFiles.pixels[60..<90]))
      #expect(try source.read([]) == [])
    }
  }

  @Test("four axes are images with channels last, and one image is enough")
  func channels() throws {
    let file = try scratch.file("one", FrameFiles.idx([1, 1, 2, 3], [1, 2, 3, 4, 5, 6]))
    let source = try IDXFrames(file)
    #expect(source.shape == FrameShape(height: 1, width: 2, channels: 3))
    #expect(source.origin == "1 frame 1×2×3 of one")
    #expect(try source.read([0]) == [1, 2, 3, 4, 5, 6])
  }

  @Test("labels become a factor of the classes that there are")
  func labels() throws {
    let images = try scratch.file("images", FrameFiles.idx([4, 1, 1], [1, 2, 3, 4]))
    let labels = try scratch.file("labels", FrameFiles.stored(FrameFiles.idx([4], [7, 2, 9, 2])))
    let factor = try IDXFrames(images, labels: labels).factors.first
    #expect(
      factor == FrameFactor(name: "label", classNames: ["2", "7", "9"], values: [1, 0, 2, 0]))
    let same = try scratch.file("same", FrameFiles.idx([4], [3, 3, 3, 3]))
    #expect(try IDXFrames(images, labels: same).factors.isEmpty)
    let known = try scratch.file("known", FrameFiles.idx([4], [9, 9, 9, 9]))
    #expect(
      try IDXFrames(images, labels: known, classesOf: factor).factors.first?.values == [2, 2, 2, 2])
    let strange = try scratch.file("strange", FrameFiles.idx([4], [9, 8, 9, 9]))
    #expect(
      complaint(about: strange) {
        _ = try IDXFrames(images, labels: strange, classesOf: factor)
      } == "has label 8, which no training image has; name labels of the same kind")
  }

  @Test("images and labels that do not belong together are told apart")
  func mismatches() throws {
    let images = try scratch.file("images", FrameFiles.idx([2, 1, 2], [1, 2, 3, 4]))
    let labels = try scratch.file("labels", FrameFiles.idx([3], [0, 1, 2]))
    #expect(
      complaint(about: labels) { _ = try IDXFrames(images, labels: labels) }
        == "holds 3 labels of 2 images; name the labels of these images")
    #expect(
      complaint(about: labels) { _ = try IDXFrames(labels) }
        == "holds labels, not images; name a file of images, whose header has three axes or four, "
        + "and this one as labels")
    #expect(
      complaint(about: images) { _ = try IDXFrames(images, labels: images) }
        == "holds images, not labels; name a file of labels, whose header has one axis")
  }

  /// Beginnings of files, and what is wrong with them.
  static let damage: [(data: Data, what: String)] = [
    (Data(), "ends within its header"),
    (Data([0, 0, 8]), "ends within its header"),
    (Data([0, 0, 8, 3, 0, 0, 0, 1, 0, 0]), "ends within its header"),
    (Data("P5 28 28 255\n".utf8), "is no IDX file"),
    (
      Data([0, 0, 13, 3] + [UInt8](repeating: 1, count: 20)),
      "holds numbers of type 13; only bytes (type 8) are read"
    ),
    (
      FrameFiles.idx([2, 2], [1, 2, 3, 4]),
      "has 2 axes; images have three or, with channels last, four, labels have one"
    ),
    (FrameFiles.idx([0, 5, 5], []), "holds nothing: its first axis has length 0"),
    (
      FrameFiles.idx([3, 0, 5], []),
      "says that its frames are 0×5×1; sides are 1 to 4096, channels 1 to 64"
    ),
    (
      FrameFiles.idx([1, 1, 1, 65], [UInt8](repeating: 0, count: 65)),
      "says that its frames are 1×1×65; sides are 1 to 4096, channels 1 to 64"
    ),
    (
      FrameFiles.idx([1, 2, 3], [1, 2, 3, 4, 5]),
      "has 21 bytes where its header says 22 (axes of 1×2×3)"
    ),
    (
      FrameFiles.idx([1, 2, 3], [1, 2, 3, 4, 5, 6, 7]),
      "has 23 bytes where its header says 22 (axes of 1×2×3)"
    ),
    (
      FrameFiles.idx([1 << 31, 28, 28], [1, 2, 3]),
      "has 19 bytes where its header says 1,683,627,180,048 (axes of 2147483648×28×28)"
    ),
    (
      FrameFiles.idx([1 << 32 - 1, 4096, 4096, 64], []),
      "has 20 bytes where its header says 4,611,686,017,353,646,100 "
        + "(axes of 4294967295×4096×4096×64)"
    ),
  ]

  @Test("a damaged file is refused in words", arguments: damage)
  func damaged(data: Data, what: String) throws {
    let file = try scratch.file("damaged", data)
    #expect(complaint(about: file) { _ = try IDXFrames(file) } == what + Self.again)
  }

  @Test("a file that is missing, a folder or a pipe is refused")
  func noFile() throws {
    let missing = scratch.url.appendingPathComponent("missing")
    #expect(
      complaint(about: missing) { _ = try IDXFrames(missing) }
        == "there is no such file; check the path")
    let folder = try scratch.folder("folder")
    #expect(
      complaint(about: folder) { _ = try IDXFrames(folder) }
        == "is no file; put a copy of the file in its place")
    let pipe = scratch.url.appendingPathComponent("pipe")
    #expect(mkfifo(pipe.path, 0o600) == 0)
    #expect(
      complaint(about: pipe) { _ = try IDXFrames(pipe) }
        == "is no file; put a copy of the file in its place")
  }

  @Test("a plain file is read where it is wanted, so that one that was cut meanwhile is told")
  func streaming() throws {
    let file = try scratch.file("images", FrameFiles.idx([4, 5, 6], FrameFiles.pixels))
    let source = try IDXFrames(file)
    try AtomicFile.cut(file, to: 120)
    #expect(try source.read([2]) == Array(FrameFiles.pixels[60..<90]))
    #expect(
      complaint(about: file) { _ = try source.read([3]) }
        == "has become shorter while it was read; leave it alone during a run")
  }

  @Test("a gzipped header that says more than its bytes could hold takes no memory")
  func boasting() throws {
    let file = try scratch.file(
      "boasting", FrameFiles.stored(FrameFiles.idx([1 << 31, 28, 28], [1])))
    #expect(
      complaint(about: file) { _ = try IDXFrames(file) }
        == "is of 1,683,627,180,048 bytes when decompressed, by its header; what is gzipped is kept "
        + "in memory, at most 4,294,967,296 bytes: decompress it (gunzip)" + Self.again)
    let smaller = try scratch.file(
      "smaller", FrameFiles.stored(FrameFiles.idx([60_000, 28, 28], [1])))
    #expect(
      complaint(about: smaller) { _ = try IDXFrames(smaller) }
        == "says that it holds 47,040,016 bytes, which 40 gzipped ones cannot" + Self.again)
  }

  /// What is done to ``FrameFiles/compressed``, and what is said of it.
  static let gzipDamage: [(damage: @Sendable (Data) -> Data, what: String)] = [
    ({ $0.prefix(60) }, "ends before its gzip data is complete"),
    ({ $0.prefix(5) }, "ends before its gzip data is complete"),
    ({ $0.dropLast(4) }, "ends before its gzip data is complete"),
    ({ $0.dropLast(8) + Data(count: 8) }, "holds damaged gzip data (incorrect data check)"),
    ({ $0.dropLast(4) + Data(count: 4) }, "holds damaged gzip data (incorrect length check)"),
    (
      { $0.prefix(2) + Data([7]) + $0.dropFirst(3) },
      "holds damaged gzip data (unknown compression method)"
    ),
    ({ $0 + Data("rest".utf8) }, "has 4 bytes behind its gzip data that are no more of it"),
    ({ $0 + Data([0x1F]) }, "has 1 bytes behind its gzip data that are no more of it"),
    ({ $0 + Data([0x1F, 0x8B]) }, "ends before its gzip data is complete"),
    ({ $0 + FrameFiles.stored(Data([1])) }, "holds more bytes than its header says"),
    (
      { _ in FrameFiles.stored(FrameFiles.idx([1, 2, 3], [1, 2, 3])) },
      "has 19 bytes where its header says 22 (axes of 1×2×3)"
    ),
    ({ _ in FrameFiles.stored(Data()) }, "ends within its header"),
  ]

  @Test("damaged gzip data is refused in words", arguments: gzipDamage)
  func damagedGzip(damage: @Sendable (Data) -> Data, what: String) throws {
    let file = try scratch.file("damaged.gz", damage(FrameFiles.compressed))
    #expect(complaint(about: file) { _ = try IDXFrames(file) } == what + Self.again)
  }
}
