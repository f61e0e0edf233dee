/// How a pendulum stands.
package struct PendulumState: Equatable, Sendable {
  /// Radians from upright, positive counter-clockwise, not wrapped.
  package var angle: Double
  /// Radians a second.
  package var velocity: Double

  package init(angle: Double, velocity: Double) {
    self.angle = angle
    self.velocity = velocity
  }
}
