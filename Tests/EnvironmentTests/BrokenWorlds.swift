import EnvironmentInterface
import Randomness
import Synchronization

// Worlds that break one promise each. What a world does not say, the counter in it does.

/// Observation spaces that are given, in a world that never gets to be played.
struct BadSpaces: EnvironmentWrapper {
  var base = Counter()
  var observationSpaces: [ObservationSpace]
  var actionSpace = ActionSpace.discrete(count: 2)

  init(_ spaces: ObservationSpace...) { observationSpaces = spaces }

  init(_ actionSpace: ActionSpace) {
    self.actionSpace = actionSpace
    observationSpaces = base.observationSpaces
  }
}

/// Shows more classes than it declares.
struct BeyondItsSpace: EnvironmentWrapper {
  var base = Counter()
  let observationSpaces = [ObservationSpace(name: "count", kind: .discrete(count: 1, classes: 3))]
}

/// Shows more numbers than it declares.
struct TooManyNumbers: EnvironmentWrapper {
  var base = Counter()

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    observation.vectors[0] = [0, 0]
    return .first
  }
}

/// Finds another space after an episode.
struct ChangingSpaces: EnvironmentWrapper {
  var base = Counter()
  private var actions = 2
  var actionSpace: ActionSpace { .discrete(count: actions) }

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    actions = 3
    return base.reset(key: key, into: &observation)
  }
}

/// Says nothing of a beginning.
struct NoFirstStep: EnvironmentWrapper {
  var base = Counter()

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    _ = base.reset(key: key, into: &observation)
    return Step(reward: 0)
  }
}

/// Begins at every step.
struct AlwaysFirst: EnvironmentWrapper {
  var base = Counter()

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    var step = base.step(action, into: &observation)
    step.isFirst = true
    return step
  }
}

/// Ends for good, but goes on.
struct TerminalButNotLast: EnvironmentWrapper {
  var base = Counter()

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    var step = base.step(action, into: &observation)
    (step.isTerminal, step.isLast) = (step.isLast, false)
    return step
  }
}

/// Earns nothing that can be counted.
struct EarnsNaN: EnvironmentWrapper {
  var base = Counter(treasure: .nan)
}

/// A number that copies of its owner share.
private final class SharedCount: Sendable {
  let value = Mutex(0)

  func next() -> Int {
    value.withLock {
      $0 += 1
      return $0
    }
  }
}

/// Shows how often any of its copies was reset.
struct Remembers: EnvironmentWrapper {
  var base = Counter()
  private let resets = SharedCount()
  let observationSpaces = [ObservationSpace(name: "resets", kind: .vector(count: 1))]

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    let step = base.reset(key: key, into: &observation)
    observation.vectors[0][0] = Float(resets.next())
    return step
  }
}

/// Goes on counting after a reset.
struct ForgetsToStartOver: EnvironmentWrapper {
  var base = Counter()
  private var resets: Float = 0
  let observationSpaces = [ObservationSpace(name: "resets", kind: .vector(count: 1))]

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    let step = base.reset(key: key, into: &observation)
    observation.vectors[0][0] = resets
    resets += 1
    return step
  }
}

/// Cannot be reset before the episode has ended.
struct RefusesReset: EnvironmentWrapper {
  var base = Counter()
  private var isPlaying = false

  mutating func reset(key: Key, into observation: inout Observation) throws -> Step {
    if isPlaying {
      throw EnvironmentError(environment: id, problem: "still playing", remedy: "play to the end")
    }
    return base.reset(key: key, into: &observation)
  }

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    let step = base.step(action, into: &observation)
    isPlaying = !step.isLast
    return step
  }
}

/// Shows its count only where it is even.
struct WritesNowAndThen: EnvironmentWrapper {
  var base = Counter()

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    let old = observation
    let step = base.step(action, into: &observation)
    if Int(observation.vectors[0][0]) % 2 == 1 { observation = old }
    return step
  }
}

/// Counts together with its copies.
struct SharesWithCopies: Environment {
  private let count = SharedCount()

  var id: String { "test/shares" }
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
    let count = count.next()
    observation.vectors[0][0] = Float(count)
    return Step(reward: 0, isLast: count >= 5)
  }
}

/// Tells people what is not so.
struct Misinforms: EnvironmentWrapper {
  var base = Counter()
  var information: EnvironmentInformation
}

/// Succeeds on the way.
struct SucceedsTooEarly: EnvironmentWrapper {
  var base = Counter()

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    var step = base.step(action, into: &observation)
    step.success = true
    return step
  }
}
