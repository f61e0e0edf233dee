import Files
import Foundation
import FrameSources
import Pictures
import Randomness
import TestSupport
import Testing

@Suite("Damaged files of frames")
struct FrameSourcesFuzzTests {
  /// What is damaged, in turn: a plain file, one packed by another program, one in two members.
  private static let images = [
    FrameFiles.idx([4, 5, 6], FrameFiles.pixels), FrameFiles.compressed,
    FrameFiles.stored(FrameFiles.idx([4, 5, 6], FrameFiles.pixels).prefix(50))
      + FrameFiles.stored(FrameFiles.idx([4, 5, 6], FrameFiles.pixels).dropFirst(50)),
  ]

  @Test("IDX files, gzipped or not, are refused by name or hold as many bytes as they say")
  func idx() throws {
    let scratch = try Scratch()
    for number in 0..<Mutation.count(or: 600) {
      var generator = Generator(key: Key(seed: 1).fold(number))
      let file = try scratch.file(
        "images", Mutation.mutate(Self.images[number % 3], using: &generator))
      do {
        let source = try IDXFrames(file)
        let frames = try source.read(Array(0..<source.count))
        #expect(frames.count == source.count * source.shape.count)
        #expect(frames.count <= 2000)
      } catch let error as FileError {
        #expect(error.path == file.path)
      }
    }
  }

  @Test("a changed checksum or changed contents of gzip data are never taken for whole")
  func gzip() throws {
    let scratch = try Scratch()
    let whole = FrameFiles.stored(FrameFiles.idx([4, 5, 6], FrameFiles.pixels))
    for number in 0..<Mutation.count(or: 600) {
      var generator = Generator(key: Key(seed: 2).fold(number))
      var data = whole
      // Behind the header and the kind of block, of which not every bit counts.
      data[11 + generator.integer(below: whole.count - 11)] ^= UInt8(
        1 << generator.integer(below: 8))
      let file = try scratch.file("images", data)
      #expect(throws: FileError.self) { try IDXFrames(file) }
    }
  }

  @Test("labels are refused by name or are as many as the images")
  func labels() throws {
    let scratch = try Scratch()
    let images = try scratch.file("images", FrameFiles.idx([9, 1, 1], [UInt8](0..<9)))
    let whole = FrameFiles.idx([9], [1, 0, 1, 2, 2, 0, 1, 1, 2])
    for number in 0..<Mutation.count(or: 600) {
      var generator = Generator(key: Key(seed: 3).fold(number))
      let data = number % 2 == 0 ? whole : FrameFiles.stored(whole)
      let file = try scratch.file("labels", Mutation.mutate(data, using: &generator))
      do {
        for factor in try IDXFrames(images, labels: file).factors {
          #expect(factor.values.count == 9 && factor.classes <= 9)
        }
      } catch let error as FileError {
        #expect(error.path == file.path)
      }
    }
  }

  @Test("a folder with a damaged PNG file is refused by that file's name, or gives frames")
  func folder() throws {
    let scratch = try Scratch()
    _ = try scratch.file("a.png", FrameFiles.gray(0, height: 6, width: 7).png())
    let whole = try [
      FrameFiles.gray(9, height: 6, width: 7).png(),
      FrameFiles.gray(9, height: 6, width: 7).colored.png(),
    ]
    for number in 0..<Mutation.count(or: 600) {
      var generator = Generator(key: Key(seed: 4).fold(number))
      let file = try scratch.file(
        "b.png", Mutation.mutate(whole[number % 8 == 0 ? 1 : 0], using: &generator))
      do {
        let source = try PNGFolder(scratch.url)
        #expect(try source.read([0, 1]).count == 2 * 42)
      } catch let error as FileError {
        #expect(error.path == file.path)
      }
    }
  }
}
