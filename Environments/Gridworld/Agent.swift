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
  package func turned(_ quarters: Int) -> Direction {
    Direction(rawValue: (rawValue + quarters) & 3)!
  }
}

/// Where the agent is.
package struct Agent: Hashable, Sendable {
  package var position: Position
  package var direction: Direction

  package init(_ position: Position, _ direction: Direction) {
    self.position = position
    self.direction = direction
  }

  /// The cell before the agent.
  package var front: Position { position.next(direction) }
}

/// MiniGrid's seven actions with its numbers (`minigrid/core/actions.py`).
package enum GridAction: Int, Sendable, CaseIterable {
  case left, right, forward, pickup, drop, toggle, done
}
