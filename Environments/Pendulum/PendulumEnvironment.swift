import EnvironmentInterface
import Randomness

/// A pendulum as a world: a torque a step, a picture to see. What it does and earns is its rules'.
package struct PendulumEnvironment<Rules: PendulumRules>: Environment {
  package private(set) var state: PendulumState
  private let start: PendulumState?
  private let picture: PendulumPicture
  private var stepCount = 0

  /// - Parameters:
  ///   - size: rows and columns of the picture.
  ///   - start: where each episode begins; nil draws a start as the rules say.
  package init(size: Int, start: PendulumState? = nil) {
    self.start = start
    state = start ?? PendulumState(angle: 0, velocity: 0)
    picture = PendulumPicture(size: size, look: Rules.look)
  }

  package var id: String { Rules.id }

  package var information: EnvironmentInformation {
    EnvironmentInformation(
      summary: Rules.summary, stepLimit: Rules.episodeSteps, rewardRange: Rules.rewardRange,
      stepSeconds: Rules.timeStep)
  }

  package var observationSpaces: [ObservationSpace] {
    [
      ObservationSpace(
        name: "image", kind: .image(height: picture.size, width: picture.size, channels: 3))
    ]
  }

  package var actionSpace: ActionSpace {
    .continuous(low: [-Rules.maximumTorque], high: [Rules.maximumTorque])
  }

  package mutating func reset(key: Key, into observation: inout Observation) -> Step {
    var generator = Generator(key: key.fold("start"))
    state = start ?? Rules.start(using: &generator)
    stepCount = 0
    picture.draw(angle: state.angle, into: &observation.images[0])
    return .first
  }

  package mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    guard case .continuous(let torques) = action, torques.count == 1, !torques[0].isNaN else {
      throw EnvironmentError(
        environment: id, step: stepCount + 1,
        problem: actionSpace.objection(to: action) ?? "action \(action)",
        remedy: "give one number, the torque")
    }
    let (reached, reward) = Rules.step(state, torque: Double(torques[0]))
    state = reached
    stepCount += 1
    picture.draw(angle: state.angle, into: &observation.images[0])
    return Step(reward: reward, isLast: stepCount >= Rules.episodeSteps)
  }
}
