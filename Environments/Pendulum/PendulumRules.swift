import Randomness

/// What one pendulum does and earns. Each has a file of its own.
package protocol PendulumRules: Sendable {
  /// The id of the world.
  static var id: String { get }
  /// What is to be done, in one line.
  static var summary: String { get }
  /// Steps after which an episode is cut off.
  static var episodeSteps: Int { get }
  /// Seconds a step.
  static var timeStep: Double { get }
  /// Newton metres; a larger torque is clipped.
  static var maximumTorque: Double { get }
  /// The least and the most that a step can earn.
  static var rewardRange: ClosedRange<Double> { get }
  /// What the rod looks like.
  static var look: PendulumLook { get }

  /// How an episode begins.
  static func start(using generator: inout Generator) -> PendulumState

  /// Goes a step on.
  ///
  /// - Parameter torque: newton metres, clipped to ``maximumTorque``.
  /// - Returns: the state reached, and what the step earns.
  static func step(
    _ state: PendulumState, torque: Double
  ) -> (state: PendulumState, reward: Double)
}

extension PendulumRules {
  static func clip(_ value: Double, to bound: Double) -> Double { min(max(value, -bound), bound) }
}
