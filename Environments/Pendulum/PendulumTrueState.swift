import EnvironmentInterface
import Foundation

extension PendulumEnvironment {
  /// The angle from upright by its sine and cosine, which have no seam, and its speed in radians a
  /// second, positive counter-clockwise.
  package var trueState: [TrueValue] {
    [
      TrueValue("sin angle", .number(sin(state.angle))),
      TrueValue("cos angle", .number(cos(state.angle))),
      TrueValue("velocity", .number(state.velocity)),
    ]
  }
}
