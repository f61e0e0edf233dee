import Randomness

/// The steps and observations of an episode that a ``ConformanceChecker`` has played.
struct PlayedEpisode {
  private var steps: [Step]
  private var observations: [Observation]

  /// Plays until the episode ends or the actions do.
  /// - Parameters:
  ///   - filler: what every byte of the images and every number holds before the reset and each step.
  ///   - interlude: called before each step.
  init<World: Environment>(
    in world: inout World, key: Key, actions: [Action], filler: UInt8 = 0,
    interlude: (World) throws -> Void = { _ in }
  ) throws {
    var empty = world.makeObservation()
    empty.images = empty.images.map { $0.map { _ in filler } }
    empty.vectors = empty.vectors.map { $0.map { _ in Float(filler) } }
    observations = [empty]
    steps = [try world.reset(key: key, into: &observations[0])]
    for action in actions where !steps[steps.count - 1].isLast {
      try interlude(world)
      observations.append(empty)
      steps.append(try world.step(action, into: &observations[steps.count]))
    }
  }

  /// Where another episode is not the same, or nil.
  func difference(from other: PlayedEpisode) -> String? {
    for (index, (step, otherStep)) in zip(steps, other.steps).enumerated() {
      if step != otherStep { return "at step \(index), \(otherStep) instead of \(step)" }
      if observations[index] != other.observations[index] {
        return "the observations at step \(index) differ"
      }
    }
    return steps.count == other.steps.count
      ? nil : "\(other.steps.count) steps instead of \(steps.count)"
  }

  /// Where the episode is not what people are told of the world.
  func violations(of information: EnvironmentInformation) -> [String] {
    var violations: [String] = []
    if let range = information.rewardRange,
      let index = steps.firstIndex(where: { !range.contains($0.reward) })
    {
      violations.append("at step \(index), the reward \(steps[index].reward) is not in \(range)")
    }
    if let limit = information.stepLimit, steps.count - 1 > limit {
      violations.append("the episode goes on after \(limit) steps, its limit")
    }
    if let index = steps.firstIndex(where: { !$0.isLast && $0.success != nil }) {
      violations.append("at step \(index), which is not the last, success is told")
    }
    if information.definesSuccess, let last = steps.last, last.isLast, last.success == nil {
      violations.append("the last step does not tell success, which the world defines")
    }
    return violations
  }
}
