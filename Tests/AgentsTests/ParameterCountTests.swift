import Agents
import EnvironmentInterface
import Randomness
import TestSupport
import Testing

@Suite("parameter counts")
struct ParameterCountTests {
  static let modules = ["enc", "dec", "dyn", "rew", "con", "pol", "val"]
  static let image = [
    ObservationSpace(name: "image", kind: .image(height: 64, width: 64, channels: 3))
  ]
  /// The walker of the DeepMind control suite: 24 numbers.
  static let walker = [
    ObservationSpace(name: "height", kind: .vector(count: 1)),
    ObservationSpace(name: "orientations", kind: .vector(count: 14)),
    ObservationSpace(name: "velocity", kind: .vector(count: 9)),
  ]
  static let torque = ActionSpace.continuous(low: [-1], high: [1])

  /// Trained parameters, all together and of each module.
  private func counts(
    _ configuration: AgentConfiguration, _ spaces: [ObservationSpace], _ actions: ActionSpace
  ) throws -> (total: Int, parts: [Int]) {
    let agent = try Agent(configuration, spaces: spaces, actionSpace: actions, key: Key(seed: 0))
    let parts = Self.modules.map { module in
      agent.parameters.trained.filter { $0.name.hasPrefix(module + "/") }
        .reduce(0) { $0 + $1.parameter.count }
    }
    #expect(parts.reduce(0, +) == agent.parameters.learningCount)
    return (agent.parameters.learningCount, parts)
  }

  @Test("size1m on the walker's 24 numbers and 6 torques")
  func walker1m() throws {
    let counts = try counts(
      .size1m, Self.walker,
      .continuous(low: .init(repeating: -1, count: 6), high: .init(repeating: 1, count: 6)))
    #expect(counts.total == 640_867)
    #expect(counts.parts == [10_112, 51_096, 364_416, 57_663, 41_153, 50_316, 66_111])
  }

  @Test("size1m on 64×64×3 images and 17 actions")
  func image1m() throws {
    let counts = try counts(.size1m, Self.image, .discrete(count: 17))
    #expect(counts.total == 687_875)
    #expect(counts.parts == [14_304, 80_595, 377_408, 57_663, 41_153, 50_641, 66_111])
  }

  @Test("size1m on 64×64×3 images and a torque")
  func pendulum1m() throws {
    #expect(try counts(.size1m, Self.image, Self.torque).total == 685_876)
  }

  @Test("size12m on 64×64×3 images and 17 actions")
  func image12m() throws {
    let counts = try counts(.size12m, Self.image, .discrete(count: 17))
    #expect(counts.total == 10_498_259)
    #expect(counts.parts == [220_416, 1_272_003, 5_982_464, 721_407, 656_129, 792_337, 853_503])
  }

  @Test("size12m on 64×64×3 images and a torque")
  func pendulum12m() throws {
    #expect(try counts(.size12m, Self.image, Self.torque).total == 10_490_308)
  }

  @Test("the slow critic has the critic's shapes and values, and is not trained")
  func slowCritic() throws {
    let agent = try kept(
      Agent(
        .tiny, spaces: [ObservationSpace(name: "state", kind: .vector(count: 3))],
        actionSpace: .discrete(count: 3), key: Key(seed: 0)))
    let slow = agent.parameters.entries.filter { !$0.isTrained }
    let fast = agent.parameters.entries.filter { $0.name.hasPrefix("val/") }
    #expect(slow.map(\.name) == fast.map { "slow" + $0.name })
    for (one, other) in zip(slow, fast) {
      #expect(one.shape == other.shape)
      #expect(agent.parameters[one].array == agent.parameters[other].array)
    }
  }
}
