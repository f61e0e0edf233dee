import Randomness

/// Plays with a world at random and tells where it breaks the promises of ``Environment``, or what its
/// information says.
///
/// Two episodes are the same if their steps and observations are equal bit for bit.
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
    let violations = Self.spaceViolations(of: world)
    guard violations.isEmpty else { return violations }
    let actions = randomActions(in: world.actionSpace)
    do {
      var played = CheckedEnvironment(world)
      let reference = try PlayedEpisode(in: &played, key: key, actions: actions)
      return reference.violations(of: world.information)
        + [constancy(of: world, after: played.base)].compactMap { $0 }
        + replayViolations(of: world, reference, actions)
    } catch {
      return ["an episode of random actions fails: \(error)"]
    }
  }

  private func randomActions(in space: ActionSpace) -> [Action] {
    var generator = Generator(key: key.fold("actions"))
    return (0..<stepCount).map { _ in space.sample(using: &generator) }
  }

  /// Spaces must stay what they were.
  private func constancy(of world: some Environment, after played: some Environment) -> String? {
    if world.observationSpaces != played.observationSpaces {
      return "the observation spaces are others after an episode"
    }
    return world.actionSpace == played.actionSpace
      ? nil : "the action space is another after an episode"
  }
}

// MARK: the episode again

extension ConformanceChecker {
  /// What makes an episode another one.
  private func replayViolations(
    of world: some Environment, _ reference: PlayedEpisode, _ actions: [Action]
  ) -> [String] {
    func difference(_ event: String, _ play: () throws -> PlayedEpisode) -> String? {
      do {
        return reference.difference(from: try play()).map { "\(event): \($0)" }
      } catch {
        return "\(event): \(error)"
      }
    }
    let repetition = difference("the same key and actions give another episode") {
      var world = CheckedEnvironment(world)
      return try PlayedEpisode(in: &world, key: key, actions: actions)
    }
    // Such a world would fail all that follows.
    if let repetition { return [repetition] }
    return [
      difference("not every element of the observation is written") {
        var world = CheckedEnvironment(world)
        return try PlayedEpisode(in: &world, key: key, actions: actions, filler: 1)
      },
      difference("a reset in the midst of an episode, or after one, gives another one") {
        try playAfterOthers(in: world, actions)
      },
      difference("playing a copy changes the original") {
        try playBesideCopies(of: world, actions)
      },
    ].compactMap { $0 }
  }

  /// After a whole episode and the beginning of another.
  private func playAfterOthers(
    in world: some Environment, _ actions: [Action]
  ) throws -> PlayedEpisode {
    var world = CheckedEnvironment(world)
    for others in [actions, Array(actions.suffix(3))] {
      _ = try PlayedEpisode(in: &world, key: key.fold("other"), actions: others)
    }
    return try PlayedEpisode(in: &world, key: key, actions: actions)
  }

  /// With copies that go on, and begin anew, before each step.
  private func playBesideCopies(
    of world: some Environment, _ actions: [Action]
  ) throws -> PlayedEpisode {
    var original = CheckedEnvironment(world)
    return try PlayedEpisode(in: &original, key: key, actions: actions) { original in
      var copy = original
      var observation = copy.makeObservation()
      _ = try copy.step(actions[0], into: &observation)
      _ = try copy.reset(key: key.fold("copy"), into: &observation)
      _ = try copy.step(actions[0], into: &observation)
    }
  }
}
