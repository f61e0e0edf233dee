import Foundation
import Randomness

/// The pendulum of Gymnasium's Pendulum-v1: swing a rod up with a motor that is too weak to lift it
/// and hold it there.
///
/// Gymnasium 1.4.0, `gymnasium/envs/classic_control/pendulum.py`: its integrator, its clipping, its
/// reward, and its limit of 200 steps, which is no terminal end.
package enum ClassicPendulum: PendulumRules {
  package static let id = "pendulum/classic"
  package static let summary =
    "Swing a rod up with a motor that is too weak to lift it, and hold it there."
  package static let episodeSteps = 200
  package static let maximumTorque = 2.0
  package static let rewardRange = -16.2736044...0
  package static let look = PendulumLook.thickRod
  /// Radians a second.
  private static let maximumVelocity = 8.0
  package static let timeStep = 0.05
  /// Metres a second squared, kilograms, metres.
  private static let (gravity, mass, length) = (10.0, 1.0, 1.0)

  package static func start(using generator: inout Generator) -> PendulumState {
    PendulumState(angle: generator.uniform(-.pi, .pi), velocity: generator.uniform(-1, 1))
  }

  package static func step(
    _ state: PendulumState, torque: Double
  ) -> (state: PendulumState, reward: Double) {
    let torque = clip(torque, to: maximumTorque)
    return (advance(state, torque: torque), reward(in: state, torque: torque))
  }

  /// `-(θ² + 0.1 θ̇² + 0.001 u²)` of the state before the step, with θ in [-π, π).
  private static func reward(in state: PendulumState, torque: Double) -> Double {
    let turn = 2 * Double.pi
    let shifted = (state.angle + .pi) / turn
    let angle = (shifted - shifted.rounded(.down)) * turn - .pi
    return -(angle * angle + 0.1 * state.velocity * state.velocity + 0.001 * torque * torque)
  }

  /// The state a step later, the angle by the new velocity (semi-implicit Euler):
  /// `θ̇' = θ̇ + (3g/(2l) sin θ + 3/(m l²) u) dt`, `θ' = θ + θ̇' dt`.
  private static func advance(_ state: PendulumState, torque: Double) -> PendulumState {
    let acceleration =
      3 * gravity / (2 * length) * sin(state.angle) + 3 / (mass * length * length) * torque
    let velocity = clip(state.velocity + acceleration * timeStep, to: maximumVelocity)
    return PendulumState(angle: state.angle + velocity * timeStep, velocity: velocity)
  }
}
