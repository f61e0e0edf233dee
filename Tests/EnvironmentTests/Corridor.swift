import EnvironmentInterface
import Randomness

/// Ten cells in a row; the agent starts in one of the first five and is to reach the last.
struct Corridor: Environment {
  let id = "mine/corridor"
  let observationSpaces = [
    ObservationSpace(name: "position", kind: .discrete(count: 1, classes: 10))
  ]
  let actionSpace = ActionSpace.discrete(count: 2)  // left, right
  private var position = 0
  private var stepCount = 0

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    var generator = Generator(key: key)
    position = generator.integer(below: 5)
    stepCount = 0
    observation.vectors[0][0] = Float(position)
    return .first
  }

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    position = max(0, position + (action == .discrete(1) ? 1 : -1))
    stepCount += 1
    observation.vectors[0][0] = Float(position)
    let isThere = position == 9
    let isLast = isThere || stepCount == 50
    return Step(
      reward: isThere ? 1 : 0, isLast: isLast, isTerminal: isThere, success: isLast ? isThere : nil)
  }
}
