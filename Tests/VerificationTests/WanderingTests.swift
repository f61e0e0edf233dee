import EnvironmentInterface
import Foundation
import Gridworld
import NeuralNetworks
import Randomness
import TestSupport
import Testing
import Verification

@Suite("Recorded episodes in which balls wander")
struct WanderingTests {
  private static let groups = [
    "step limit", "agent", "carried object", "view but for the balls", "reward", "terminated",
    "truncated", "last grid but for the balls",
  ]

  @Test("all of MiniGrid's episode that the balls do not decide is compared, and the rest is named")
  func recorded() throws {
    let file = try ReferenceFile(
      contentsOf: Fixtures.folder.appendingPathComponent(
        "wandering/grid-Dynamic-Obstacles-5x5.safetensors"))
    let lines = try file.verify()
    #expect(lines.map(\.group) == Self.groups)
    for line in lines { #expect(line.holds, "\(line)") }
    #expect(file.notCompared?.hasPrefix("where the balls go, for they wander at random") == true)
  }

  /// An episode of random actions, told as MiniGrid tells it.
  private func episode(_ world: String, seed: Int) throws -> SafeTensors {
    let family = try #require(GridworldEnvironments.family("gridworld/\(world)"))
    var environment = GridEnvironment(family, observing: [.symbolic])
    var observation = environment.makeObservation()
    var generator = Generator(key: Key(seed: 3).fold(seed))
    _ = environment.reset(key: Key(seed: 3).fold(seed), into: &observation)
    let start = environment.episode
    var (actions, agents, views): ([Int32], [Int32], [UInt8]) = ([], [], [])
    var (rewards, ends, cuts): ([Float], [UInt8], [UInt8]) = ([], [], [])
    func look() {
      let agent = environment.episode.agent
      agents += [agent.position.x, agent.position.y, agent.direction.rawValue].map(Int32.init)
      views += observation.vectors[0].map { UInt8($0) }
    }
    look()
    var isLast = false
    while !isLast {
      // Forward as often as the turns together.
      let action = [0, 1, 2, 2][generator.integer(below: 4)]
      let step = try environment.step(.discrete(action), into: &observation)
      actions.append(Int32(action))
      rewards.append(Float(step.reward))
      ends.append(step.isTerminal ? 1 : 0)
      cuts.append(step.isLast && !step.isTerminal ? 1 : 0)
      look()
      isLast = step.isLast
    }
    let (width, height) = (start.grid.width, start.grid.height)
    var file = SafeTensors(metadata: [
      "id": "MiniGrid-\(world)-v0", "max_steps": "\(family.maxSteps)",
    ])
    let rows = actions.count + 1
    file["grid0"] = .init(shape: [width, height, 3], values: .uint8(start.grid.encoding))
    file["grid1"] = .init(
      shape: [width, height, 3], values: .uint8(environment.episode.grid.encoding))
    file["agent0"] = .init(shape: [3], values: .int32(Array(agents.prefix(3))))
    file["agent"] = .init(shape: [rows, 3], values: .int32(agents))
    file["action"] = .init(shape: [rows - 1], values: .int32(actions))
    file["carrying"] = .init(
      shape: [rows, 2], values: .uint8(Array(repeating: 0, count: 2 * rows)))
    file["obs"] = .init(shape: [rows, 7, 7, 3], values: .uint8(views))
    file["rgb_partial"] = .init(shape: [0, 56, 56, 3], values: .uint8([]))
    file["rgb_full"] = .init(shape: [0, 8 * height, 8 * width, 3], values: .uint8([]))
    file["reward"] = .init(shape: [rows - 1], values: .float32(rewards))
    file["terminated"] = .init(shape: [rows - 1], values: .uint8(ends))
    file["truncated"] = .init(shape: [rows - 1], values: .uint8(cuts))
    return file
  }

  @Test(
    "whatever the balls do, an episode by the rules holds",
    arguments: ["Dynamic-Obstacles-5x5", "Dynamic-Obstacles-Random-6x6", "Dynamic-Obstacles-16x16"])
  func rules(world: String) throws {
    var ends: Set<Float> = []
    for seed in 0..<40 {
      let tensors = try episode(world, seed: seed)
      ends.insert(try #require(tensors["reward"]?.floats?.last))
      for line in try ReferenceFile(tensors, name: "\(seed)").verify() {
        #expect(line.holds, "\(seed): \(line)")
      }
    }
    // Where there is room, not all of them ran into something.
    #expect(!world.hasSuffix("6x6") || ends.contains { $0 >= 0 })
    #expect(ends.contains(-1))
  }

  /// A tensor, the element that is changed and what it becomes, and the lines that must fail.
  static let changes: [(tensor: String, element: Int, value: Int, lines: [String])] = [
    ("reward", 0, 1, ["reward"]), ("terminated", 0, 1, ["terminated"]),
    ("truncated", 0, 1, ["truncated"]), ("carrying", 2, 5, ["carried object"]),
    ("grid1", 0, 8, ["last grid but for the balls"]),
    ("obs", 6, 8, ["view but for the balls"]), ("max_steps", 0, 101, ["step limit"]),
  ]

  @Test("a change of one number fails the line that it belongs to", arguments: changes.indices)
  func sensitivity(index: Int) throws {
    let (tensor, element, value, lines) = Self.changes[index]
    // Some episode that does not end at once.
    var tensors = try #require(
      try (0..<40).lazy.map { try episode("Dynamic-Obstacles-16x16", seed: $0) }
        .first { ($0["action"]?.shape[0] ?? 0) > 3 })
    if tensor == "max_steps" {
      tensors.metadata["max_steps"] = "\(value)"
    } else {
      let entry = try #require(tensors[tensor])
      switch entry.values {
      case .uint8(var bytes):
        bytes[element] = UInt8(value)
        tensors[tensor] = .init(shape: entry.shape, values: .uint8(bytes))
      case .float32(var floats):
        floats[element] = Float(value)
        tensors[tensor] = .init(shape: entry.shape, values: .float32(floats))
      default: Issue.record("\(tensor) is of another type")
      }
    }
    let failed = try ReferenceFile(tensors, name: "changed").verify().filter { !$0.holds }
    #expect(failed.map(\.group) == lines)
  }

  @Test("an agent that jumps fails, and one that is nowhere is refused")
  func agent() throws {
    var tensors = try episode("Dynamic-Obstacles-16x16", seed: 1)
    let entry = try #require(tensors["agent"])
    var numbers = try #require(entry.integers).map(Int32.init)
    numbers[3] = 9
    tensors["agent"] = .init(shape: entry.shape, values: .int32(numbers))
    let failed = try ReferenceFile(tensors, name: "changed").verify().filter { !$0.holds }
    #expect(failed.map(\.group).contains("agent"))
    numbers[5] = 4
    tensors["agent"] = .init(shape: entry.shape, values: .int32(numbers))
    let lost = tensors
    let error = #expect(throws: TraceError.self) {
      try ReferenceFile(lost, name: "changed").verify()
    }
    #expect(error?.problem.hasSuffix("at step 1, which is not in the grid") == true)
  }
}
