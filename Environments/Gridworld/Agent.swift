/// Where the agent looks, with MiniGrid's numbers.
package enum Direction: Int, Sendable, CaseIterable {
  case right, down, left, up

  /// One cell in this direction; `y` grows downwards.
  var step: (x: Int, y: Int) {
    switch self {
    case .right: (1, 0)
    case .down: (0, 1)
    case .left: (-1, 0)
    case .up: (0, -1)
    }
  }

  /// The direction after so many quarter turns to the right.
  func turned(_ quarters: Int) -> Direction { Direction(rawValue: (rawValue + quarters) & 3)! }
}

/// Where the agent is.
package struct Agent: Hashable, Sendable {
  package var x: Int
  package var y: Int
  package var direction: Direction

  package init(x: Int, y: Int, direction: Direction) {
    self.x = x
    self.y = y
    self.direction = direction
  }

  /// The cell before the agent.
  var front: (x: Int, y: Int) { (x + direction.step.x, y + direction.step.y) }
}

/// MiniGrid's seven actions with its numbers (`minigrid/core/actions.py`).
package enum GridAction: Int, Sendable, CaseIterable {
  case left, right, forward, pickup, drop, toggle, done
}
