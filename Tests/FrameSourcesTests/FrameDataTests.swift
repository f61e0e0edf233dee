import Configuration
import Foundation
import FrameSources
import Randomness
import TestSupport
import Testing
import Worlds

@Suite("Data sets")
struct FrameDataTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func data(
    task: String = "", seed: Int = 1, _ change: (inout FrameDataConfiguration) throws -> Void
  ) throws -> FrameData {
    var configuration = FrameDataConfiguration()
    try change(&configuration)
    return try FrameData(configuration, task: task, env: EnvironmentConfigurations(), seed: seed)
  }

  private func complaint(
    task: String = "", _ change: (inout FrameDataConfiguration) throws -> Void
  ) -> String? {
    do {
      _ = try data(task: task, change)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// The path of an IDX file of one pixel an image, which is its number.
  private func images(_ count: Int, _ name: String = "images") throws -> String {
    try scratch.file(
      name, FrameFiles.idx([count, 1, 1], (0..<count).map { UInt8(truncatingIfNeeded: $0) })
    ).path
  }

  @Test("the parts are disjoint, cover everything, and have their shares")
  func parts() throws {
    let path = try images(200)
    let data = try data { $0.idx = path }
    let parts = [data.training, data.validation, data.heldOut]
    #expect(parts.map(\.count) == [170, 10, 20])
    #expect(parts.flatMap(\.indices).sorted() == Array(0..<200))
    #expect(parts.allSatisfy { $0.indices == $0.indices.sorted() })
    #expect(try parts.allSatisfy { try $0.frames(0..<$0.count) == $0.indices.map { UInt8($0) } })
    #expect(
      data.origin
        == "200 frames 1×1×1 of images: 170 to train on, 10 to choose by; held out: 20 of them")
    #expect(data.label == nil && data.training.labels("label") == nil)
  }

  @Test("parts are a function of the seed")
  func seeds() throws {
    let path = try images(200)
    func heldOut(_ seed: Int) throws -> [Int] {
      try data(seed: seed) { $0.idx = path }.heldOut.indices
    }
    #expect(try heldOut(1) == heldOut(1))
    #expect(try heldOut(1) != heldOut(2))
    #expect(try heldOut(-1).count == 20)
  }

  @Test("three frames are a part each; fewer cannot be split")
  func fewFrames() throws {
    let three = try images(3, "three")
    let data = try data { $0.idx = three }
    #expect([data.training, data.validation, data.heldOut].map(\.count) == [1, 1, 1])
    let two = try images(2, "two")
    #expect(
      complaint { $0.idx = two }
        == "2 frames 1×1×1 of two: 2 frames cannot be split into training, validation and held-out "
        + "parts, of which each needs its own; take at least 3 frames")
    let one = try images(1, "one")
    #expect(
      complaint {
        $0.idx = one
        $0.heldIdx = two
      } == "1 frame 1×1×1 of one: 1 frame cannot be split into training and validation parts, of "
        + "which each needs its own; take at least 2 frames")
    #expect(
      complaint {
        $0.idx = three
        $0.valid = 0.5
        $0.held = 0.5
      } == "data.valid=0.5: together with data.held it must be below 1, to leave frames to train on"
    )
  }

  @Test("large shares still leave something for every part")
  func largeShares() throws {
    let path = try images(10)
    let data = try data {
      $0.idx = path
      $0.held = 0.9
      $0.valid = 0.09
    }
    #expect([data.training, data.validation, data.heldOut].map(\.count) == [1, 1, 8])
  }

  @Test("no episode of a world is in two parts")
  func episodes() throws {
    let data = try data(task: "gridworld/Empty-5x5") { $0.frames = 500 }
    let parts = [data.training, data.validation, data.heldOut]
    #expect(parts.flatMap(\.indices).sorted() == Array(0..<500))
    #expect(parts.allSatisfy { $0.count > 0 } && data.training.count > 350)
    for episode in try #require(data.training.source.episodes) {
      #expect(parts.count { !Set($0.indices).isDisjoint(with: episode) } == 1)
    }
    #expect(data.label?.name == "cell x")
    let labels = try #require(data.heldOut.labels("direction"))
    #expect(labels.count == data.heldOut.count)
  }

  @Test("a recording of one episode cannot be split")
  func oneEpisode() throws {
    var env = EnvironmentConfigurations()
    env.wrap.timeLimit = 5
    let world = try EnvironmentRegistry.make("pendulum/classic", env)
    try EpisodeRecord(playing: world, key: Key(seed: 1)) { _, _ in .continuous([0]) }.write(
      to: scratch.url.appendingPathComponent("a.safetensors"), environment: world.id,
      spaces: world.observationSpaces, actionSpace: world.actionSpace)
    #expect(
      complaint { $0.episodes = scratch.url.path }?.contains("1 episode cannot be split") == true)
  }

  @Test("held-out images may be a file of their own, whose labels are of the same classes")
  func heldOutFile() throws {
    let (train, test) = (try images(10), try images(4, "test"))
    let labels = try scratch.file("labels", FrameFiles.idx([10], [5, 6, 7, 5, 6, 7, 5, 6, 7, 5]))
    let testLabels = try scratch.file("test labels", FrameFiles.idx([4], [7, 7, 6, 7]))
    let data = try data {
      ($0.idx, $0.heldIdx) = (train, test)
      ($0.labels, $0.heldLabels) = (labels.path, testLabels.path)
    }
    #expect(data.heldOut.count == 4 && data.validation.count == 1 && data.training.count == 9)
    #expect(data.heldOut.labels("label") == [2, 2, 1, 2])
    #expect(data.training.labels("label") == data.training.indices.map { $0 % 3 })
    #expect(data.label?.classNames == ["5", "6", "7"])
    #expect(data.origin.hasSuffix("; held out: 4 frames 1×1×1 of test"))
  }

  @Test("exactly one source is named, and what belongs to it")
  func sources() throws {
    let all =
      "name one of task (--env, a bundled world), data.idx (an IDX file), data.folder (PNG "
      + "files) and data.episodes (recordings)"
    #expect(complaint { _ in } == "data: no frames are named; " + all)
    #expect(
      complaint(task: "gridworld/Empty-5x5") { $0.folder = "x" }
        == "task=gridworld/Empty-5x5, data.folder=x: frames come from one source; " + all)
    #expect(
      complaint {
        $0.folder = "x"
        $0.labels = "y"
      } == "data.labels=y: belongs to data.idx, which is empty; name both or neither")
    #expect(
      complaint {
        $0.idx = "x"
        $0.heldLabels = "y"
      } == "data.held_labels=y: belongs to data.held_idx, which is empty; name both or neither")
    #expect(
      complaint {
        ($0.idx, $0.heldIdx, $0.labels) = ("x", "y", "z")
      } == "data.held_labels=: the other images have labels; name these too, or none")
    #expect(complaint(task: "gridworld/None") { _ in }?.contains("no environment") == true)
  }

  @Test("held-out images of another size, and a label that is unknown, are refused")
  func refused() throws {
    let train = try images(10)
    let wide = try scratch.file("wide", FrameFiles.idx([2, 1, 2], [1, 2, 3, 4]))
    #expect(
      complaint { ($0.idx, $0.heldIdx) = (train, wide.path) }
        == "data.held_idx=\(wide.path): its frames are 1×2×1, those of data.idx 1×1×1; name files of "
        + "one size")
    #expect(
      complaint { ($0.idx, $0.label) = (train, "x") }
        == "data.label=x: nothing is known of these frames; leave it empty")
    #expect(
      complaint(task: "gridworld/Empty-5x5") { ($0.frames, $0.label) = (200, "x") }
        == "data.label=x: there is no such factor; name one of cell x, cell y, direction")
  }

  @Test("frames are resized by the means of areas, and then in grey")
  func changed() throws {
    // Two by two pixels: red, green; blue, white.
    let pixels: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]
    let file = try scratch.file("images", FrameFiles.idx([3, 2, 2, 3], pixels + pixels + pixels))
    let small = try data { ($0.idx, $0.size) = (file.path, 1) }
    #expect(small.shape == FrameShape(height: 1, width: 1, channels: 3))
    #expect(try small.training.frames(0..<1) == [128, 128, 128])
    #expect(small.origin.hasPrefix("3 frames 2×2×3 of images, as 1×1×3: "))
    let gray = try data { ($0.idx, $0.gray) = (file.path, true) }
    #expect(gray.shape == FrameShape(height: 2, width: 2, channels: 1))
    #expect(try gray.heldOut.frames([0]) == [76, 150, 29, 255])
  }

  @Test("binarised frames are numbered by their positions in the part")
  func binarized() throws {
    let file = try scratch.file(
      "images", FrameFiles.idx([40, 1, 6], [UInt8](repeating: 128, count: 240)))
    let part = try data { $0.idx = file.path }.training
    var expected = try part.frames(0..<part.count)
    Binarization.fixed.apply(to: &expected, of: Array(0..<part.count))
    let frames = try part.frames([5, 2], .fixed)
    #expect(frames == Array(expected[30..<36] + expected[12..<18]))
    #expect(Set(frames) == [0, 255])
  }
}
