import EnvironmentInterface
import Files
import Foundation
import FrameSources
import NeuralNetworks
import Randomness
import TestSupport
import Testing
import Worlds

@Suite("Frames of episodes")
struct EpisodeFramesTests {
  private func source(
    _ id: String, count: Int, seed: UInt64 = 1,
    _ change: (inout EnvironmentConfigurations) -> Void = { _ in }
  ) throws -> EpisodeFrames {
    var configuration = EnvironmentConfigurations()
    change(&configuration)
    return try EpisodeFrames(
      playing: EnvironmentRegistry.make(id, configuration), count: count, key: Key(seed: seed))
  }

  @Test(
    "a world gives as many frames as asked for, the same each time",
    arguments: ["gridworld/DoorKey-5x5", "pendulum/classic"])
  func played(id: String) throws {
    let source = try source(id, count: 101)
    #expect(source.count == 101)
    let all = try source.read(Array(0..<101))
    #expect(all.count == 101 * source.shape.count)
    #expect(try self.source(id, count: 101).read(Array(0..<101)) == all)
    #expect(try self.source(id, count: 101, seed: 2).read(Array(0..<101)) != all)
    let (size, last) = (source.shape.count, 100)
    #expect(
      try source.read([last, 0]) == Array(all[last * size..<(last + 1) * size] + all[..<size]))
    let episodes = try #require(source.episodes)
    #expect(episodes.count >= 20 && episodes.allSatisfy { 1...5 ~= $0.count })
    #expect(episodes.flatMap { $0 } == Array(0..<101))
    #expect(
      source.origin
        == "101 frames \(source.shape) of \(episodes.count) episodes of random actions in \(id)")
  }

  @Test("the settings and wrappers of worlds apply")
  func wrapped() throws {
    let source = try source("pendulum/swingup", count: 20) {
      $0.wrap.size = 16
      $0.wrap.gray = true
      $0.wrap.stack = 2
    }
    #expect(source.shape == FrameShape(height: 16, width: 16, channels: 2))
  }

  @Test("a gridworld's frames tell where the agent is; what never changes is left out")
  func gridFactors() throws {
    let source = try source("gridworld/Empty-5x5", count: 400)
    #expect(source.factors.map(\.name) == ["cell x", "cell y", "direction"])
    #expect(source.factors[0].classNames == ["1", "2", "3"])
    #expect(source.factors[1].classNames == ["1", "2", "3"])
    #expect(source.factors[2].classes == 4)
    for factor in source.factors {
      #expect(factor.values.count == 400 && Set(factor.values) == Set(0..<factor.classes))
    }
    // This world begins each episode in the same corner.
    for episode in try #require(source.episodes) {
      #expect(source.factors[0].values[episode.lowerBound] == 0)
      #expect(source.factors[1].values[episode.lowerBound] == 0)
    }
  }

  @Test("a pendulum's numbers are in at most twenty bins, in ascending order")
  func pendulumFactors() throws {
    let source = try source("pendulum/classic", count: 500)
    #expect(source.factors.map(\.name) == ["sin angle", "cos angle", "velocity"])
    for factor in source.factors {
      #expect(2...20 ~= factor.classes && Set(factor.values) == Set(0..<factor.classes))
    }
  }

  @Test("frames that would not fit into memory are refused before any is played")
  func tooMany() throws {
    #expect(throws: EnvironmentError.self) { try source("pendulum/classic", count: 400_000) }
    #expect {
      try source("pendulum/classic", count: 400_000)
    } throws: { error in
      "\(error)"
        == "pendulum/classic: 400,000 frames 64×64×3 are more than the 4,294,967,296 bytes that are "
        + "kept in memory; lower data.frames, or make frames smaller with env.wrap.size"
    }
  }

  @Test("a world without images, or without the one that is named, is refused")
  func noImages() throws {
    let id = "gridworld/Empty-5x5"
    #expect {
      try source(id, count: 10) {
        $0 = (try? Self.symbolic()) ?? $0
      }
    } throws: { error in
      "\(error)".hasPrefix("gridworld/Empty-5x5: it shows no images; have it show some")
    }
    #expect {
      try EpisodeFrames(
        playing: EnvironmentRegistry.make(id, EnvironmentConfigurations()), count: 10,
        image: "map", key: Key(seed: 1))
    } throws: { error in
      "\(error)" == "\(id): it shows image, not map; name one of these in data.image"
    }
  }

  /// The settings of gridworlds are read as a file would say them, for their module is not needed here.
  private static func symbolic() throws -> EnvironmentConfigurations {
    let text = String(
      decoding: try JSONEncoder().encode(EnvironmentConfigurations()), as: UTF8.self)
    return try JSONDecoder().decode(
      EnvironmentConfigurations.self,
      from: Data(text.replacingOccurrences(of: "\"view\"", with: "\"symbolic\"").utf8))
  }
}

@Suite("Recorded frames")
struct RecordedFramesTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// Records an episode of six rows.
  private func record(_ name: String, _ id: String, seed: UInt64, size: Int = 0) throws -> [UInt8] {
    var configuration = EnvironmentConfigurations()
    configuration.wrap.timeLimit = 5
    configuration.wrap.size = size
    let world = try EnvironmentRegistry.make(id, configuration)
    var generator = Generator(key: Key(seed: seed))
    let episode = try EpisodeRecord(playing: world, key: Key(seed: seed)) { _, _ in
      world.actionSpace.sample(using: &generator)
    }
    try episode.write(
      to: scratch.url.appendingPathComponent(name), environment: id,
      spaces: world.observationSpaces, actionSpace: world.actionSpace)
    return episode.images[0]
  }

  @Test(
    "frames are those of the files in the order of their names, an episode each",
    arguments: ["gridworld/DoorKey-5x5", "pendulum/classic"])
  func reading(id: String) throws {
    let second = try record("b.safetensors", id, seed: 1)
    let first = try record("a.safetensors", id, seed: 2)
    _ = try scratch.file("._a.safetensors", Data("of another system".utf8))
    let source = try EpisodeFrames(recordedIn: scratch.url)
    #expect(source.episodes == [0..<6, 6..<12])
    #expect(try source.read(Array(0..<12)) == first + second)
    #expect(
      source.origin
        == "12 frames \(source.shape) of 2 episodes recorded in \(scratch.url.lastPathComponent)")
    let one = try EpisodeFrames(recordedIn: scratch.url.appendingPathComponent("a.safetensors"))
    #expect(one.count == 6)
  }

  @Test("rewards are known of a recording where they differ")
  func rewards() throws {
    _ = try record("a.safetensors", "pendulum/classic", seed: 1)
    let factors = try EpisodeFrames(recordedIn: scratch.url).factors
    #expect(factors.map(\.name) == ["reward"] && factors.first?.values.count == 6)
  }

  @Test("recordings of two sizes, of no images and files that are none are named")
  func refused() throws {
    _ = try record("a.safetensors", "pendulum/classic", seed: 1)
    let other = scratch.url.appendingPathComponent("b.safetensors")
    _ = try record("b.safetensors", "pendulum/classic", seed: 1, size: 16)
    func complaint() -> String? {
      FrameSourcesTests.complaint(about: other) { _ = try EpisodeFrames(recordedIn: scratch.url) }
    }
    #expect(
      complaint()
        == "has frames of 16×16×3 where the ones before are of 64×64×3; name recordings of "
        + "one world in one form")
    try SafeTensors(entries: ["x": .init(shape: [1], values: .float32([1]))]).write(to: other)
    #expect(
      complaint() == "holds no images; name files that env.wrap.record wrote in a world that shows "
        + "images")
    try SafeTensors(entries: ["x": .init(shape: [1, 1, 1, 1], values: .uint8([1]))]).write(
      to: other)
    #expect(complaint()?.hasPrefix("it is no episode; ") == true)
    try Data("no tensors".utf8).write(to: other)
    #expect(complaint()?.contains("safetensors") == true)
  }

  @Test("a folder that is missing or holds no recordings is refused")
  func nothing() throws {
    #expect(
      complaint(about: scratch.url) { _ = try EpisodeFrames(recordedIn: scratch.url) }
        == "holds no recorded episodes; record some with env.wrap.record, and name that folder")
    let missing = scratch.url.appendingPathComponent("missing")
    #expect(
      complaint(about: missing) { _ = try EpisodeFrames(recordedIn: missing) }
        == "there is no such file or folder; check the path")
  }
}
