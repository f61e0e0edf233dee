import AllocationCounter
import EnvironmentInterface
import Randomness
import Testing

/// What a world's step costs in memory comes from the world, not from what is around it.
@Suite("memory of a wrapped world's step", .enabled(if: ac_is_available()))
struct WrapperAllocationTests {
  @Test("no wrapper takes any")
  func wrappers() throws {
    let worlds: [(String, any Environment)] = [
      ("bare", Flicker()),
      ("checked", CheckedEnvironment(Flicker())),
      ("normalised", NormalizedActions(Flicker())),
      ("repeated", ActionRepeat(Flicker(), count: 3)),
      ("limited", TimeLimit(Flicker(), steps: 1000)),
      ("scaled", ScaledReward(Flicker(), scale: 2, clip: 1)),
      ("resized", ChangedFrames(Flicker(), ResizedFrame(side: 5))),
      ("grey", ChangedFrames(Flicker(), GrayFrame())),
      ("stacked", ChangedFrames(Flicker(), StackedFrames(count: 4))),
      (
        "all",
        makeDriven(
          ChangedFrames(
            ChangedFrames(
              ChangedFrames(ActionRepeat(Flicker(), count: 2), ResizedFrame(side: 9)), GrayFrame()),
            StackedFrames(count: 2)))
      ),
    ]
    for (name, world) in worlds {
      #expect(try stepAllocations(of: world) == 0, "\(name)")
    }
  }

  /// What ten steps take, once buffers have their sizes.
  private func stepAllocations(of world: some Environment) throws -> Int {
    var (world, observation) = (world, world.makeObservation())
    let action = Action.continuous([0.5, -0.5])
    _ = try world.reset(key: Key(seed: 0), into: &observation)
    for _ in 0..<3 { _ = try world.step(action, into: &observation) }
    var rewards = 0.0
    ac_begin()
    for _ in 0..<10 { rewards += try world.step(action, into: &observation).reward }
    let count = ac_end()
    #expect(rewards > 0)
    return count
  }
}

/// A picture and numbers that change.
private struct Flicker: Environment {
  let id = "test/flicker"
  let observationSpaces = [
    ObservationSpace(name: "image", kind: .image(height: 8, width: 6, channels: 3)),
    ObservationSpace(name: "numbers", kind: .vector(count: 2)),
  ]
  let actionSpace = ActionSpace.continuous(low: [-1, -1], high: [1, 1])
  private var stepCount = 0

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    stepCount = 0
    show(in: &observation)
    return .first
  }

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    stepCount += 1
    show(in: &observation)
    return Step(reward: 1)
  }

  private func show(in observation: inout Observation) {
    for byte in observation.images[0].indices {
      observation.images[0][byte] = UInt8(truncatingIfNeeded: byte * stepCount)
    }
    for index in 0..<2 { observation.vectors[0][index] = Float(stepCount + index) }
  }
}
