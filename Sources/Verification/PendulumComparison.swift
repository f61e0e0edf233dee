import PeerVerification
import Pendulum

/// Does a pendulum's recorded actions and gathers how far it is from what was recorded.
///
/// Every step is taken from the state that was recorded before it. The rollout of an episode goes on
/// from its first state alone. Near upright a pendulum multiplies errors, by e in a quarter of a
/// second, so that the last digit of the start, or the order of two additions, decides where it is
/// some seconds later: a rollout is compared as long as those whose starts are moved by what rounding
/// can have done stay within half of the tolerances of it.
struct PendulumComparison<Rules: PendulumRules> {
  private let recording: PendulumRecording
  /// What rounding can have done to a number of the start.
  private let startError: (Double) -> Double
  private let rolloutTolerance: Double
  private let rewardTolerance: Double
  private var steps: GroupErrors
  private var rewards: GroupErrors
  private var rollouts: GroupErrors
  private var rolloutRewards: GroupErrors

  /// - Parameters:
  ///   - stepTolerance: of angle and velocity after one step.
  ///   - rolloutTolerance: of angle and velocity in a rollout.
  init(
    _ recording: PendulumRecording, stepTolerance: Double, rewardTolerance: Double,
    rolloutTolerance: Double, startError: @escaping (Double) -> Double
  ) {
    self.recording = recording
    self.startError = startError
    self.rolloutTolerance = rolloutTolerance
    self.rewardTolerance = rewardTolerance
    steps = GroupErrors("state after a step", tolerance: stepTolerance)
    rewards = GroupErrors("reward of a step", tolerance: rewardTolerance)
    rollouts = GroupErrors("state of a rollout", tolerance: rolloutTolerance)
    rolloutRewards = GroupErrors("reward in a rollout", tolerance: rewardTolerance)
  }

  /// Compares all episodes.
  mutating func verify() -> [VerificationLine] {
    for episode in 0..<recording.episodes {
      compareSteps(of: episode)
      compareRollout(of: episode)
    }
    return [steps, rewards, rollouts, rolloutRewards].map(\.line)
  }

  private mutating func compareSteps(of episode: Int) {
    for time in 0..<recording.steps {
      let (state, reward) = Rules.step(
        recording.state(episode, time), torque: recording.torque(episode, time))
      let moment = recording.moment(episode, time + 1)
      steps.add(moment, distance(state, recording.state(episode, time + 1)))
      rewards.add(moment, abs(reward - recording.reward(episode, time)))
    }
  }

  private mutating func compareRollout(of episode: Int) {
    var state = recording.state(episode, 0)
    let (angle, velocity) = (startError(state.angle), startError(state.velocity))
    var moved = [velocity, -velocity].map {
      PendulumState(angle: state.angle + angle, velocity: state.velocity + $0)
    }
    for time in 0..<recording.steps {
      let torque = recording.torque(episode, time)
      let (next, reward) = Rules.step(state, torque: torque)
      let movedNext = moved.map { Rules.step($0, torque: torque) }
      (state, moved) = (next, movedNext.map(\.state))
      let isCertain = movedNext.allSatisfy {
        distance(next, $0.state) <= rolloutTolerance / 2
          && abs(reward - $0.reward) <= rewardTolerance / 2
      }
      guard isCertain else { return }
      let moment = recording.moment(episode, time + 1)
      rollouts.add(moment, distance(state, recording.state(episode, time + 1)))
      rolloutRewards.add(moment, abs(reward - recording.reward(episode, time)))
    }
  }

  /// The larger difference, of angles or of velocities.
  private func distance(_ one: PendulumState, _ other: PendulumState) -> Double {
    max(abs(one.angle - other.angle), abs(one.velocity - other.velocity))
  }
}
