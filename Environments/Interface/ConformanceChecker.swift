import Randomness

/// Plays with a world at random and tells where it breaks the promises of ``Environment``.
///
/// Two episodes are the same if their steps and observations are equal bit for bit. They begin with
/// buffers of different contents, so that an element that is never written shows.
public struct ConformanceChecker: Sendable {
  private let key: Key
  private let stepCount: Int

  /// - Parameter stepCount: how many steps of an episode are played. If the longest episode has
  ///   more, its end is not looked at.
  public init(stepCount: Int = 1000, key: Key) {
    self.stepCount = stepCount
    self.key = key
  }

  /// The broken promises, one sentence each; none where the world conforms.
  public func violations(of world: some Environment) -> [String] {
    let violations = spaceViolations(of: world)
    guard violations.isEmpty else { return violations }
    let actions = randomActions(in: world.actionSpace)
    do {
      var played = CheckedEnvironment(world)
      let reference = try Episode(in: &played, key: key, actions: actions, filling: 0)
      return try [
        repetition(of: reference, in: world, actions: actions),
        interruption(of: reference, in: world, actions: actions),
        copying(of: reference, in: world, actions: actions),
      ].compactMap { $0 }
    } catch {
      return ["an episode of random actions fails: \(error)"]
    }
  }

  private func randomActions(in space: ActionSpace) -> [Action] {
    var generator = Generator(key: key.fold("actions"))
    return (0..<stepCount).map { _ in space.sample(using: &generator) }
  }

  /// The same key and actions must give the same episode.
  private func repetition(
    of reference: Episode, in world: some Environment, actions: [Action]
  ) throws -> String? {
    var world = CheckedEnvironment(world)
    let episode = try Episode(in: &world, key: key, actions: actions, filling: 1)
    return reference.difference(from: episode).map {
      "the same key and actions give another episode: \($0)"
    }
  }

  /// What went before the reset must not matter.
  private func interruption(
    of reference: Episode, in world: some Environment, actions: [Action]
  ) throws -> String? {
    var world = CheckedEnvironment(world)
    let other = Array(actions.suffix(3))
    _ = try Episode(in: &world, key: key.fold("other"), actions: other, filling: 0)
    let episode = try Episode(in: &world, key: key, actions: actions, filling: 0)
    return reference.difference(from: episode).map {
      "a reset in the midst of an episode gives another one: \($0)"
    }
  }

  /// What a copy does must not change the original.
  private func copying(
    of reference: Episode, in world: some Environment, actions: [Action]
  ) throws -> String? {
    var original = CheckedEnvironment(world)
    let episode = try Episode(in: &original, key: key, actions: actions, filling: 0) { original in
      var copy = original
      var observation = copy.makeObservation()
      _ = try copy.step(actions[0], into: &observation)
    }
    return reference.difference(from: episode).map {
      "playing a copy changes the original: \($0)"
    }
  }
}

extension ConformanceChecker {
  private func spaceViolations(of world: some Environment) -> [String] {
    var violations: [String] = []
    let spaces = world.observationSpaces
    if spaces.isEmpty { violations.append("there is no observation space") }
    if zip(spaces, spaces.dropFirst()).contains(where: { $0.name >= $1.name }) {
      violations.append("the observation spaces are not in ascending order of name")
    }
    for space in spaces where space.count < 1 {
      violations.append("observation space '\(space.name)' has \(space.count) elements")
    }
    switch world.actionSpace {
    case .discrete(let count):
      if count < 1 { violations.append("the action space has \(count) actions") }
    case .continuous(let low, let high):
      if low.isEmpty || low.count != high.count || !zip(low, high).allSatisfy({ $0 < $1 }) {
        violations.append("the action bounds \(low) and \(high) enclose nothing")
      }
    }
    return violations
  }
}

/// The steps and observations of an episode.
private struct Episode {
  private var steps: [Step]
  private var observations: [Observation]

  /// Plays until the episode ends or the actions do.
  /// - Parameters:
  ///   - filler: what every byte of the images and every number holds before the reset.
  ///   - interlude: called before each step.
  init<World: Environment>(
    in world: inout World, key: Key, actions: [Action], filling filler: UInt8,
    interlude: (World) throws -> Void = { _ in }
  ) throws {
    var observation = world.makeObservation()
    observation.images = observation.images.map { $0.map { _ in filler } }
    observation.vectors = observation.vectors.map { $0.map { _ in Float(filler) } }
    steps = [try world.reset(key: key, into: &observation)]
    observations = [observation]
    for action in actions where !steps[steps.count - 1].isLast {
      try interlude(world)
      steps.append(try world.step(action, into: &observation))
      observations.append(observation)
    }
  }

  /// Where another episode is not the same, or nil.
  func difference(from other: Episode) -> String? {
    for (index, (step, otherStep)) in zip(steps, other.steps).enumerated() {
      if step != otherStep { return "at step \(index), \(otherStep) instead of \(step)" }
      if observations[index] != other.observations[index] {
        return "the observations at step \(index) differ"
      }
    }
    return steps.count == other.steps.count
      ? nil : "\(other.steps.count) steps instead of \(steps.count)"
  }
}
