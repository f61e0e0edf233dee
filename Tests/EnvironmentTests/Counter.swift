import EnvironmentInterface
import Randomness

/// A world that shows how many steps it has gone and ends after five.
struct Counter: Environment {
  /// What it earns on step 3.
  var treasure = 1.0
  private var count = 0

  init(treasure: Double = 1) { self.treasure = treasure }

  var id: String { "test/counter" }
  var actionSpace: ActionSpace { .discrete(count: 2) }
  var observationSpaces: [ObservationSpace] {
    [ObservationSpace(name: "count", kind: .discrete(count: 1, classes: 6))]
  }

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    count = 0
    observation.vectors[0][0] = 0
    return .first
  }

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    count += 1
    observation.vectors[0][0] = Float(count)
    return Step(reward: count == 3 ? treasure : 0, isLast: count == 5)
  }
}
