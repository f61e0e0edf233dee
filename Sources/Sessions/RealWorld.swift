import EnvironmentInterface
import Randomness
import Worlds

/// The real world beside a dream: it is told the same.
struct RealWorld {
  private var world: any Environment
  private(set) var observation: Observation
  private(set) var step = Step.first
  /// What was earned since the dream began.
  private(set) var earned = 0.0

  init(_ world: any Environment) {
    self.world = world
    observation = world.makeObservation()
  }

  /// Plays the beginning of an episode again.
  mutating func follow(_ record: EpisodeRecord, key: Key) throws {
    step = try world.reset(key: key, into: &observation)
    for action in record.actions { step = try world.step(action, into: &observation) }
    earned = 0
  }

  /// Goes one step on; does nothing where its episode has ended.
  mutating func act(_ action: Action) throws {
    guard !step.isLast else { return }
    step = try world.step(action, into: &observation)
    earned += step.reward
  }
}
