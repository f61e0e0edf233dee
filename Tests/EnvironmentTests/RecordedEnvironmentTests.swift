import EnvironmentInterface
import Files
import Foundation
import NeuralNetworks
import Randomness
import Testing
import Worlds

@Suite("Recorded episodes")
final class RecordedEnvironmentTests {
  private let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("recorded-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: folder) }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  }

  private func read(_ name: String) throws -> SafeTensors {
    try SafeTensors(contentsOf: folder.appendingPathComponent(name))
  }

  private let key = Key(seed: 5)
  private var name: String { "test-film-\(String(key.value, radix: 16)).safetensors" }
  private let film = Film(height: 1, width: 2, [[1, 2], [3, 4], [5, 6]])

  @Test("an ended episode is a file of its own, under its world's name and its key")
  func ended() throws {
    var world = RecordedEnvironment(film, in: folder)
    var observation = world.makeObservation()
    _ = try world.reset(key: key, into: &observation)
    _ = try world.step(.discrete(1), into: &observation)
    #expect(names == [])
    #expect(try world.step(.discrete(0), into: &observation).isLast)
    #expect(names == [name])
    #expect(
      try read(name)
        == SafeTensors(
          metadata: ["environment": "test/film", "format": "episode 1"],
          entries: [
            "picture": .init(shape: [3, 1, 2, 1], values: .uint8([1, 2, 3, 4, 5, 6])),
            "shown": .init(shape: [3, 1], values: .float32([0, 1, 2])),
            "action": .init(shape: [3], values: .int32([1, 0, 0])),
            "reward": .init(shape: [3], values: .float32([0, 1, 2])),
            "is_first": .init(shape: [3], values: .uint8([1, 0, 0])),
            "is_last": .init(shape: [3], values: .uint8([0, 0, 1])),
            "is_terminal": .init(shape: [3], values: .uint8([0, 0, 1])),
          ]))
  }

  @Test("an episode that is abandoned is written without an end; one without steps is not")
  func abandoned() throws {
    var world = RecordedEnvironment(film, in: folder)
    var observation = world.makeObservation()
    _ = try world.reset(key: Key(seed: 4), into: &observation)
    _ = try world.reset(key: key, into: &observation)
    _ = try world.step(.discrete(1), into: &observation)
    #expect(names == [])
    _ = try world.reset(key: Key(seed: 6), into: &observation)
    #expect(names == [name])
    let file = try read(name)
    #expect(file["action"]?.integers == [1, 0])
    #expect(file["reward"]?.floats == [0, 1])
    #expect(file["is_last"]?.bytes == [0, 0])
  }

  @Test("copies record each its own, and what went before is not in the next file")
  func copies() throws {
    var world = RecordedEnvironment(film, in: folder)
    var observation = world.makeObservation()
    _ = try world.reset(key: key, into: &observation)
    _ = try world.step(.discrete(1), into: &observation)
    var copy = world
    _ = try copy.step(.discrete(1), into: &observation)
    #expect(try read(name)["action"]?.integers == [1, 1, 0])
    _ = try world.step(.discrete(0), into: &observation)
    #expect(try read(name)["action"]?.integers == [1, 0, 0])
    _ = try world.play(9)
    #expect(names.count == 2)
    #expect(try names.map { try read($0)["action"]?.values.count } == [3, 3])
  }

  @Test("actions stand as they were given, also beyond the bounds that the world sees")
  func continuous() throws {
    var world = RecordedEnvironment(makeTurner(), in: folder)
    var observation = world.makeObservation()
    _ = try world.reset(key: key, into: &observation)
    _ = try world.step(.continuous([3, -0.5]), into: &observation)
    #expect(observation.vectors == [[2, 2.5]])
    let file = try read(try #require(names.first))
    #expect(file["action"] == .init(shape: [2, 2], values: .float32([3, -0.5, 0, 0])))
    #expect(file["state"] == .init(shape: [2, 2], values: .float32([0, 0, 2, 2.5])))
  }

  private func makeTurner() -> some Environment { NormalizedActions(CheckedEnvironment(Turner())) }

  @Test("a folder that cannot be made is an error that names it")
  func refused() throws {
    try Data().write(to: folder)
    var world = RecordedEnvironment(film, in: folder.appendingPathComponent("episodes"))
    let error = #expect(throws: FileError.self) { try world.play(9) }
    #expect(
      error?.description == "\(folder.path)/episodes: cannot be written (Not a directory); "
        + "a part of its path is a file: choose another path")
  }
}

/// Shows what it was told to do and ends.
private struct Turner: Environment {
  let id = "test/turner"
  let observationSpaces = [ObservationSpace(name: "state", kind: .vector(count: 2))]
  let actionSpace = ActionSpace.continuous(low: [-2, 0], high: [2, 10])

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    observation.vectors[0] = [0, 0]
    return .first
  }

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    if case .continuous(let values) = action { observation.vectors[0] = values }
    return Step(reward: 0, isLast: true)
  }
}
