import EnvironmentInterface
import Testing
import WorldModels

@Suite("stages of encoder and decoder")
struct StageTests {
  private func stages(_ height: Int, _ width: Int, of wanted: Int = 4, outer: Bool = false) throws
    -> Int
  {
    try ImageShape(height: height, width: width, channels: 3).stageCount(of: wanted, outer: outer)
  }

  @Test("images that halve often enough get all four stages")
  func four() throws {
    #expect(try stages(64, 64) == 4)
    #expect(try stages(48, 48) == 4)
    #expect(try stages(96, 64) == 4)
  }

  @Test("others get fewer: whole sides, of at least 3 pixels at the end")
  func fewer() throws {
    #expect(try stages(56, 56) == 3)
    #expect(try stages(32, 32) == 3)
    #expect(try stages(64, 32) == 3)
    #expect(try stages(36, 36) == 2)
    #expect(try stages(64, 6) == 1)
    #expect(try stages(64, 64, of: 2) == 2)
  }

  @Test("with an outer stage there is one more")
  func outer() throws {
    #expect(try stages(64, 64, outer: true) == 4)
    #expect(try stages(56, 56, outer: true) == 4)
    #expect(try stages(32, 32, outer: true) == 4)
    #expect(try stages(9, 7, outer: true) == 1)
  }

  @Test("odd or tiny images are an error that says what to do")
  func impossible() {
    for (height, width) in [(9, 9), (64, 7), (4, 4), (2, 64)] {
      let error = #expect(throws: ImageShapeError.self) { try stages(height, width) }
      #expect(
        error?.description
          == "images of \(height)×\(width) pixels cannot be halved to 3 pixels or more; "
          + "set env.wrap.size to an even number of at least 6, or agent.enc.simple.outer and "
          + "agent.dec.simple.outer to true")
    }
  }

  @Test("56×56 images go through the first three widths, down to 7×7 and up again")
  func minigrid() throws {
    let world = try TinyWorldModel(
      spaces: [ObservationSpace(name: "image", kind: .image(height: 56, width: 56, channels: 3))])
    let names = world.store.entries.map(\.name)
    #expect(names.contains("enc/cnn2/kernel") && !names.contains("enc/cnn3/kernel"))
    #expect(names.contains("dec/conv1/kernel") && !names.contains("dec/conv2/kernel"))
    // Depths 4 · (2, 3, 4) and 8 · (2, 3, 4).
    #expect(world.model.encoder.width == 7 * 7 * 16)
    #expect(world.store.entry(named: "dec/sp2/bias")?.shape == [7 * 7 * 32])
    #expect(world.store.entry(named: "dec/conv1/kernel")?.shape == [5, 5, 32, 24])
    #expect(world.store.entry(named: "dec/imgout/kernel")?.shape == [5, 5, 16, 3])
  }

  @Test(
    "images whose blocks are too large for the kernels are an error that says what to do",
    arguments: [("channels", 192), ("frames", 64)])
  func tooLarge(name: String, channels: Int) {
    let spaces = (0..<(name == "frames" ? 3 : 1)).map {
      ObservationSpace(
        name: "\(name)\($0)", kind: .image(height: 1024, width: 1024, channels: channels))
    }
    let error = #expect(throws: ImageShapeError.self) { try TinyWorldModel(spaces: spaces) }
    #expect(
      error?.description
        == "images of 1024×1024 pixels with 192 channels are too large; "
        + "choose a smaller env.wrap.size, env.wrap.stack or agent.*.simple.depth")
  }

  @Test("images of different sizes cannot be stacked")
  func differentSizes() {
    let error = #expect(throws: ImageShapeError.self) {
      try TinyWorldModel(spaces: [
        ObservationSpace(name: "a", kind: .image(height: 16, width: 16, channels: 3)),
        ObservationSpace(name: "b", kind: .image(height: 32, width: 16, channels: 1)),
      ])
    }
    #expect(error?.description.hasPrefix("image b is 32×16 and another 16×16") == true)
  }
}
