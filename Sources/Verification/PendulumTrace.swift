import Foundation
import NeuralNetworks
import PeerVerification
import Pendulum

/// Episodes of a pendulum that Gymnasium or dm_control played: states, actions and rewards.
package struct PendulumTrace: Sendable {
  private let file: TraceTensors
  private let kind: Kind
  private let recording: PendulumRecording

  /// Whether tensors are such episodes, maybe damaged ones.
  static func isHeld(by tensors: SafeTensors) -> Bool {
    tensors["state"] != nil
      || !tensors.entries.isEmpty
        && tensors.names.allSatisfy { ["action", "obs", "reward", "state"].contains($0) }
  }

  /// - Parameter name: what errors call the file.
  /// - Throws: ``TraceError``.
  package init(_ tensors: SafeTensors, name: String) throws {
    file = TraceTensors(name: name, tensors: tensors)
    kind = Kind(tensors)
    recording = try PendulumRecording(file)
  }

  /// Does what was done, and compares.
  ///
  /// - Throws: ``TraceError``.
  package func verify() throws -> [VerificationLine] {
    switch kind {
    case .gymnasium:
      let observations = try file.finiteDoubles(
        "obs", shape: [recording.episodes, recording.steps + 1, 3])
      var comparison = PendulumComparison<ClassicPendulum>(
        recording, stepTolerance: 1e-4, rewardTolerance: 1e-4, rolloutTolerance: 1e-4,
        startError: { Double(Float($0).ulp) / 2 })
      return comparison.verify() + [observationLine(observations)]
    case .dmControl:
      var comparison = PendulumComparison<SwingUpPendulum>(
        recording, stepTolerance: 1e-9, rewardTolerance: 0, rolloutTolerance: 1e-6,
        startError: { _ in 1e-12 })
      return comparison.verify()
    }
  }

  /// Gymnasium's observation of a state, `(cos θ, sin θ, θ̇)`.
  private func observationLine(_ observations: [Double]) -> VerificationLine {
    var errors = GroupErrors("observation", tolerance: 1e-4)
    for episode in 0..<recording.episodes {
      for time in 0...recording.steps {
        let state = recording.state(episode, time)
        let expected = [cos(state.angle), sin(state.angle), state.velocity]
        let offset = 3 * (episode * (recording.steps + 1) + time)
        let difference = zip(expected, observations[offset...]).map { abs($0 - $1) }.max() ?? 0
        errors.add(recording.moment(episode, time), difference)
      }
    }
    return errors.line
  }

  /// Whose pendulum it is. What tells them apart is that only Gymnasium's has an observation beside
  /// the state, and that its states are recorded as `Float`.
  private enum Kind {
    case gymnasium, dmControl

    init(_ tensors: SafeTensors) {
      if case .float32 = tensors["state"]?.values {
        self = .gymnasium
      } else {
        self = tensors["obs"] == nil ? .dmControl : .gymnasium
      }
    }
  }
}

/// The episodes of a file, all of the same length.
struct PendulumRecording: Sendable {
  let episodes: Int
  /// Of each episode; states are one more.
  let steps: Int
  /// `[episodes, steps + 1, 2]`: angle and velocity.
  private let states: [Double]
  /// `[episodes, steps]`.
  private let torques: [Double]
  /// `[episodes, steps]`.
  private let rewards: [Double]

  init(_ file: TraceTensors) throws {
    let shape = try file.entry("state", shape: [nil, nil, 2]).shape
    guard shape[0] > 0, shape[1] > 1 else {
      throw file.error("`state` has shape \(shape), in which there is no step")
    }
    (episodes, steps) = (shape[0], shape[1] - 1)
    states = try file.finiteDoubles("state", shape: [nil, nil, 2])
    torques = try file.finiteDoubles("action", shape: [episodes, steps])
    rewards = try file.finiteDoubles("reward", shape: [episodes, steps])
  }

  func state(_ episode: Int, _ time: Int) -> PendulumState {
    let offset = 2 * (episode * (steps + 1) + time)
    return PendulumState(angle: states[offset], velocity: states[offset + 1])
  }

  /// What was done on seeing the state of this moment, as given: it can be beyond the limits.
  func torque(_ episode: Int, _ time: Int) -> Double { torques[episode * steps + time] }

  /// What that earned.
  func reward(_ episode: Int, _ time: Int) -> Double { rewards[episode * steps + time] }

  func moment(_ episode: Int, _ time: Int) -> String { "row \(episode), step \(time)" }
}
