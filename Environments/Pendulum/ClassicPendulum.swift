import EnvironmentInterface
import Foundation
import Randomness

/// The pendulum of Gymnasium's Pendulum-v1: swing a rod up with a motor that is too weak to lift it
/// and hold it there.
///
/// Gymnasium 1.4.0, `gymnasium/envs/classic_control/pendulum.py`: its integrator, its clipping, its
/// reward, and its limit of 200 steps, which is no terminal end. What differs is what the agent
/// sees: a picture, see ``PendulumPicture``.
package struct ClassicPendulum: Environment {
  /// The angle from upright in radians, positive counter-clockwise and not wrapped, and its speed in
  /// radians a second.
  package struct State: Equatable, Sendable {
    package var angle: Double
    package var velocity: Double

    package init(angle: Double, velocity: Double) {
      self.angle = angle
      self.velocity = velocity
    }
  }

  static let id = "pendulum/classic"
  /// Steps of an episode.
  package static let episodeSteps = 200
  /// Newton metres.
  private static let maximumTorque = 2.0
  /// Radians a second.
  private static let maximumVelocity = 8.0
  /// Seconds a step.
  private static let timeStep = 0.05
  /// Metres a second squared, kilograms, metres.
  private static let (gravity, mass, length) = (10.0, 1.0, 1.0)

  package private(set) var state: State
  private let start: State?
  private let picture: PendulumPicture
  private var stepCount = 0

  /// - Parameters:
  ///   - size: rows and columns of the picture.
  ///   - start: where each episode begins; nil draws a start as Gymnasium does.
  package init(size: Int, start: State? = nil) {
    self.start = start
    state = start ?? State(angle: 0, velocity: 0)
    picture = PendulumPicture(size: size)
  }

  package var id: String { Self.id }

  package var information: EnvironmentInformation {
    EnvironmentInformation(
      summary: "Swing a rod up with a motor that is too weak to lift it, and hold it there.",
      stepLimit: Self.episodeSteps, rewardRange: -16.2736044...0, stepSeconds: Self.timeStep)
  }

  package var observationSpaces: [ObservationSpace] {
    [
      ObservationSpace(
        name: "image", kind: .image(height: picture.size, width: picture.size, channels: 3))
    ]
  }

  package var actionSpace: ActionSpace {
    .continuous(low: [-Self.maximumTorque], high: [Self.maximumTorque])
  }

  package mutating func reset(key: Key, into observation: inout Observation) -> Step {
    var generator = Generator(key: key.fold("start"))
    state =
      start
      ?? State(angle: generator.uniform(-.pi, .pi), velocity: generator.uniform(-1, 1))
    stepCount = 0
    picture.draw(angle: state.angle, into: &observation.images[0])
    return .first
  }

  package mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    guard case .continuous(let torques) = action, torques.count == 1 else {
      throw EnvironmentError(
        environment: id, step: stepCount + 1,
        problem: actionSpace.objection(to: action) ?? "action \(action)",
        remedy: "give one number, the torque")
    }
    let torque = Self.clip(Double(torques[0]), to: Self.maximumTorque)
    let reward = Self.reward(in: state, torque: torque)
    state = Self.advance(state, torque: torque)
    stepCount += 1
    picture.draw(angle: state.angle, into: &observation.images[0])
    return Step(reward: reward, isLast: stepCount >= Self.episodeSteps)
  }
}

extension ClassicPendulum {
  /// `-(θ² + 0.1 θ̇² + 0.001 u²)` of the state before the step, with θ in [-π, π).
  private static func reward(in state: State, torque: Double) -> Double {
    let turn = 2 * Double.pi
    let shifted = (state.angle + .pi) / turn
    let angle = (shifted - shifted.rounded(.down)) * turn - .pi
    return -(angle * angle + 0.1 * state.velocity * state.velocity + 0.001 * torque * torque)
  }

  /// The state a step later, the angle by the new velocity (semi-implicit Euler):
  /// `θ̇' = θ̇ + (3g/(2l) sin θ + 3/(m l²) u) dt`, `θ' = θ + θ̇' dt`.
  private static func advance(_ state: State, torque: Double) -> State {
    let acceleration =
      3 * gravity / (2 * length) * sin(state.angle) + 3 / (mass * length * length) * torque
    let velocity = clip(state.velocity + acceleration * timeStep, to: maximumVelocity)
    return State(angle: state.angle + velocity * timeStep, velocity: velocity)
  }

  private static func clip(_ value: Double, to bound: Double) -> Double {
    min(max(value, -bound), bound)
  }
}
