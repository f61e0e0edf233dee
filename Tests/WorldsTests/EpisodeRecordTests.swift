import EnvironmentInterface
import Foundation
import NeuralNetworks
import Runs
import Testing
import Worlds

@Suite("Records of episodes")
struct EpisodeRecordTests {
  let spaces = [
    ObservationSpace(name: "image", kind: .image(height: 1, width: 2, channels: 1)),
    ObservationSpace(name: "state", kind: .vector(count: 1)),
  ]
  let url = FileManager.default.temporaryDirectory.appendingPathComponent(
    "\(UUID().uuidString).safetensors")

  private func observation(_ number: UInt8) -> Observation {
    var observation = Observation(spaces: spaces)
    observation.images = [[number, number + 1]]
    observation.vectors = [[Float(number)]]
    return observation
  }

  private func record(_ actions: [Action]) -> EpisodeRecord {
    var record = EpisodeRecord(.first, observation(1))
    record.append(actions[0], Step(reward: 0.5), observation(3))
    record.append(actions[1], Step(reward: 2, isLast: true, isTerminal: true), observation(5))
    return record
  }

  @Test(
    "an episode is read as it was written",
    arguments: [
      (ActionSpace.discrete(count: 3), [Action.discrete(2), .discrete(0)]),
      (
        .continuous(low: [-1, -1], high: [1, 1]),
        [.continuous([0.5, -1]), .continuous([1, 0.25])]
      ),
    ])
  func roundTrip(space: ActionSpace, actions: [Action]) throws {
    defer { try? FileManager.default.removeItem(at: url) }
    let record = record(actions)
    try record.write(to: url, environment: "x", spaces: spaces, actionSpace: space)
    #expect(try EpisodeRecord(contentsOf: url, spaces: spaces, actionSpace: space) == record)
  }

  @Test("the first rows of an episode have the actions between them")
  func prefix() {
    let part = record([.discrete(2), .discrete(0)]).prefix(2)
    #expect(part.images == [[1, 2, 3, 4]] && part.vectors == [[1, 3]])
    #expect(part.actions == [.discrete(2)] && part.steps.count == 2)
    #expect(part.image(0, row: 1) == [3, 4])
    #expect(record([.discrete(2), .discrete(0)]).prefix(9).steps.count == 3)
  }

  @Test("an episode of another world, or of actions and numbers that it does not know, is refused")
  func unusable() throws {
    defer { try? FileManager.default.removeItem(at: url) }
    let world = try EnvironmentRegistry.make("gridworld/Empty-5x5", EnvironmentConfigurations())
    func message(
      _ action: Int, reward: Double = 0, environment: String = "gridworld/Empty-5x5"
    ) throws -> String? {
      let observation = Observation(spaces: world.observationSpaces)
      var record = EpisodeRecord(.first, observation)
      record.append(.discrete(action), Step(reward: reward, isLast: true), observation)
      try record.write(
        to: url, environment: environment, spaces: world.observationSpaces,
        actionSpace: world.actionSpace)
      do {
        _ = try EpisodeRecord(contentsOf: url, of: world)
        return nil
      } catch let error as RunFileError {
        #expect(error.file == url.path)
        return error.problem
      }
    }
    #expect(try message(1) == nil)
    let unknown = "it holds an action or a number that this world does not know"
    for action in [99, -5] { #expect(try message(action) == unknown) }
    for reward in [Double.nan, .infinity] { #expect(try message(1, reward: reward) == unknown) }
    #expect(
      try message(1, environment: "gridworld/Empty-6x6")
        == "it is an episode of gridworld/Empty-6x6, not of gridworld/Empty-5x5")
  }

  @Test("another file, and an episode of another world, are errors that say so")
  func others() throws {
    defer { try? FileManager.default.removeItem(at: url) }
    func message(_ spaces: [ObservationSpace], _ space: ActionSpace) -> String {
      let error = #expect(throws: RunFileError.self) {
        try EpisodeRecord(contentsOf: url, spaces: spaces, actionSpace: space)
      }
      return error?.problem ?? ""
    }
    let discrete = ActionSpace.discrete(count: 3)
    try SafeTensors(entries: ["reward": .init(shape: [1], values: .float32([0]))]).write(to: url)
    #expect(message(spaces, discrete) == "it is no episode")
    try record([.discrete(2), .discrete(0)]).write(
      to: url, environment: "x", spaces: spaces, actionSpace: discrete)
    let other = ObservationSpace(name: "image", kind: .image(height: 2, width: 2, channels: 1))
    #expect(
      message([other], discrete) == "“image” has shape [3, 1, 2, 1] instead of [3, 2, 2, 1]")
    #expect(
      message([.init(name: "grid", kind: .vector(count: 1))], discrete) == "it has no “grid”")
    #expect(
      message(spaces, .continuous(low: [0], high: [1]))
        == "“action” has shape [3] instead of [3, 1]")
  }
}
