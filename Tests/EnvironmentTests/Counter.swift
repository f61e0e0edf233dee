import EnvironmentInterface
import Randomness
import Synchronization

/// A world that shows how many steps it has gone and ends after five, with faults on request.
struct Counter: Environment {
  var forgets = false
  var endsTerminally = false
  var writes = true
  var classes = 6
  var actions = 2
  /// What it earns on step 3.
  var treasure = 1.0
  private var count = 0

  init(
    forgets: Bool = false, endsTerminally: Bool = false, writes: Bool = true, classes: Int = 6,
    actions: Int = 2, treasure: Double = 1
  ) {
    self.forgets = forgets
    self.endsTerminally = endsTerminally
    self.writes = writes
    self.classes = classes
    self.actions = actions
    self.treasure = treasure
  }

  var id: String { "test/counter" }
  var actionSpace: ActionSpace { .discrete(count: actions) }
  var observationSpaces: [ObservationSpace] {
    [ObservationSpace(name: "count", kind: .discrete(count: 1, classes: classes))]
  }

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    if !forgets { count = 0 }
    if writes { observation.vectors[0][0] = Float(count) }
    return .first
  }

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    count += 1
    if writes { observation.vectors[0][0] = Float(count) }
    return Step(
      reward: count == 3 ? treasure : 0, isLast: count == 5 && !endsTerminally,
      isTerminal: count == 5 && endsTerminally)
  }
}

/// A number that copies of its owner share.
private final class SharedCount: Sendable {
  let value = Mutex(0)
}

/// A world whose copies count together.
struct SharedCounter: Environment {
  private let count = SharedCount()

  var id: String { "test/shared-counter" }
  var actionSpace: ActionSpace { .continuous(low: [0], high: [10]) }
  var observationSpaces: [ObservationSpace] {
    [ObservationSpace(name: "count", kind: .vector(count: 1))]
  }

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    count.value.withLock { $0 = 0 }
    observation.vectors[0][0] = 0
    return .first
  }

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    let count = count.value.withLock { count in
      count += 1
      return count
    }
    observation.vectors[0][0] = Float(count)
    return Step(reward: 0, isLast: count >= 5)
  }
}
