import Foundation
import Randomness

/// The pendulum of dm_control's `pendulum swingup`: swing a ball on a massless pole up with a motor
/// that is too weak to lift it, and balance it; only balance earns.
///
/// dm_control 1.0.30, `dm_control/suite/pendulum.py` and `pendulum.xml`, as MuJoCo 3.3 computes them:
/// start, limit of 1000 steps (20 seconds), which is no terminal end, and reward.
package enum SwingUpPendulum: PendulumRules {
  package static let id = "pendulum/swingup"
  package static let summary =
    "Swing a ball on a pole up with a motor that is too weak to lift it, and balance it."
  package static let episodeSteps = 1000
  package static let maximumTorque = 1.0
  package static let rewardRange = 0.0...1
  package static let look = PendulumLook.ballOnPole
  package static let timeStep = 0.02
  /// Newton metres for a radian a second.
  private static let damping = 0.1
  /// Metres a second squared, kilograms, metres from the pivot to the middle of the ball.
  private static let (gravity, mass, length) = (9.81, 1.0, 0.5)
  /// Metres.
  private static let ballRadius = 0.05
  /// Kilogram metres squared about the pivot: a solid sphere's own, and that of its distance.
  private static let inertia = 0.4 * mass * ballRadius * ballRadius + mass * length * length
  /// The cosine of eight degrees from upright.
  private static let uprightCosine = cos(8 * Double.pi / 180)

  package static func start(using generator: inout Generator) -> PendulumState {
    PendulumState(angle: generator.uniform(-.pi, .pi), velocity: 0)
  }

  /// Earns 1 where the state reached is within eight degrees of upright.
  package static func step(
    _ state: PendulumState, torque: Double
  ) -> (state: PendulumState, reward: Double) {
    let reached = advance(state, torque: clip(torque, to: maximumTorque))
    return (reached, cos(reached.angle) >= uprightCosine ? 1 : 0)
  }

  /// The state a step later, by semi-implicit Euler with implicit damping (MuJoCo's `mj_Euler`).
  ///
  /// The damping is that of the new velocity, `I (θ̇' - θ̇) = dt (u + m g l sin θ - d θ̇')`, so that
  /// `(I + dt d) (θ̇' - θ̇) = dt (u + m g l sin θ - d θ̇)`; then `θ' = θ + dt θ̇'`.
  private static func advance(_ state: PendulumState, torque: Double) -> PendulumState {
    let force =
      torque + mass * gravity * length * sin(state.angle) - damping * state.velocity
    let velocity = state.velocity + timeStep * force / (inertia + timeStep * damping)
    return PendulumState(angle: state.angle + timeStep * velocity, velocity: velocity)
  }
}
