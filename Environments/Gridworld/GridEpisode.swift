import Randomness

/// How an episode ends by an action.
package enum Outcome: Hashable, Sendable {
  /// Earns `1 - 0.9 · steps / maxSteps`.
  case success
  case failure(reward: Double)
}

/// How things stand in an episode, and what every action does in every world.
package struct GridEpisode: Sendable {
  package var grid: Grid
  package var agent: Agent
  /// What the agent holds; ``Cell/empty`` for nothing.
  package var carried = Cell.empty
  /// Places that the family's rules keep an eye on, see
  /// ``Family/marks(in:using:)``.
  package var marks: [Position]
  /// For what moves by itself.
  var generator: Generator

  /// The beginning of an episode in a family.
  package init(_ layout: Layout, in family: any Family, key: Key) {
    self.init(layout, marks: [], key: key)
    marks = family.marks(in: grid, using: &generator)
  }

  /// - Parameter marks: what the family's would be.
  package init(_ layout: Layout, marks: [Position], key: Key) {
    grid = layout.grid
    agent = layout.agent
    self.marks = marks
    generator = Generator(key: key)
  }

  /// Does what MiniGrid's `step` does, whatever the family.
  ///
  /// - Returns: success on the goal, failure in lava; else nil.
  package mutating func act(_ action: GridAction) -> Outcome? {
    switch action {
    case .left: agent.direction = agent.direction.turned(-1)
    case .right: agent.direction = agent.direction.turned(1)
    case .forward: return moveForward()
    case .pickup: pickUp()
    case .drop: drop()
    case .toggle: toggle()
    case .done: break
    }
    return nil
  }

  private mutating func moveForward() -> Outcome? {
    let front = agent.front
    let cell = grid[front]
    guard cell.canBeEntered else { return nil }
    agent.position = front
    return cell.object == .goal ? .success : cell.object == .lava ? .failure(reward: 0) : nil
  }

  private mutating func pickUp() {
    let front = agent.front
    guard carried == .empty, grid[front].object.canBeCarried else { return }
    carried = grid[front]
    grid[front] = .empty
  }

  private mutating func drop() {
    let front = agent.front
    guard carried != .empty, grid[front] == .empty else { return }
    grid[front] = carried
    carried = .empty
  }

  /// Opens and closes doors, a locked one with the key of its colour; a box that is opened is gone.
  private mutating func toggle() {
    let front = agent.front
    let cell = grid[front]
    switch (cell.object, cell.state) {
    case (.door, .open): grid[front].state = .closed
    case (.door, .closed): grid[front].state = .open
    case (.door, .locked):
      if carried.object == .key, carried.color == cell.color { grid[front].state = .open }
    case (.box, _): grid[front] = .empty
    case (.empty, _), (.wall, _), (.floor, _), (.key, _), (.ball, _), (.goal, _), (.lava, _): break
    }
  }
}

extension GridEpisode {
  /// Success where an action has put an object into the agent's hands.
  func success(byPickingUp object: Object, _ action: GridAction) -> Outcome? {
    action == .pickup && carried.object == object ? .success : nil
  }
}
