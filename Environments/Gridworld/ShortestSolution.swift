import Randomness

/// The shortest ways to solve a layout, for knowing the best that an agent can earn.
///
/// Breadth-first over all that the agent can bring about, less what no shortest solution does: close
/// a door, or put down the key of a locked door where nothing but the key and one other thing can be
/// carried. Balls that move by themselves are left out.
package struct ShortestSolution {
  /// What the agent has made of the world, apart from where it stands.
  private struct Surroundings: Hashable {
    var grid: Grid
    var carried: Cell
  }

  private struct Node {
    /// A number of ``surroundings``.
    var world: Int
    var agent: Agent
    /// The node before, and the action that led here; -1 at the start.
    var parent: Int
    var action: GridAction
  }

  private let family: any Family
  private let start: GridEpisode
  private let dropsNeededKeys: Bool
  private var numbers: [Surroundings: Int] = [:]
  /// What has been brought about so far.
  private var worlds: [GridEpisode] = []
  /// Where the agent has stood in each of the worlds, by cell and direction.
  private var visited: [[Bool]] = []
  private var nodes: [Node] = []

  /// - Parameter episode: where to begin.
  private init(of episode: GridEpisode, in family: any Family) {
    self.family = family
    start = episode
    let carriable = Object.allCases.filter(\.canBeCarried).flatMap {
      episode.grid.positions(of: $0)
    }
    dropsNeededKeys = carriable.count + (episode.carried == .empty ? 0 : 1) > 2
  }

  /// The fewest actions that solve a layout.
  ///
  /// - Parameter limit: nodes to look at, at most.
  /// - Returns: nil where there is no solution, or none among so many nodes.
  package static func actions(
    of layout: Layout, in family: any Family, nodes limit: Int = 20_000_000
  ) -> [GridAction]? {
    let episode = GridEpisode(layout, in: family, key: Key(seed: 0))
    return actions(from: episode, in: family, nodes: limit)
  }

  /// The fewest actions that solve an episode from where it stands.
  package static func actions(
    from episode: GridEpisode, in family: any Family, nodes limit: Int = 20_000_000
  ) -> [GridAction]? {
    var episode = episode
    if family is DynamicObstacles {
      for ball in episode.marks { episode.grid[ball] = .empty }
      episode.marks = []
    }
    var search = ShortestSolution(of: episode, in: family)
    return search.run(limit: limit)
  }

  private mutating func run(limit: Int) -> [GridAction]? {
    visit(start, parent: -1, action: .done)
    var next = 0
    while next < nodes.count, nodes.count < limit {
      for action in family.usefulActions {
        var episode = worlds[nodes[next].world]
        episode.agent = nodes[next].agent
        guard isPromising(action, in: episode) else { continue }
        switch family.step(action, in: &episode) {
        case .success: return path(to: next) + [action]
        case .failure: continue
        case nil: visit(episode, from: nodes[next].world, parent: next, action: action)
        }
      }
      next += 1
    }
    return nil
  }

  /// Whether a shortest solution can do this.
  private func isPromising(_ action: GridAction, in episode: GridEpisode) -> Bool {
    let front = episode.grid[episode.agent.front]
    switch action {
    case .left, .right: return true
    case .forward: return front.canBeEntered
    case .pickup: return front.object.canBeCarried && episode.carried == .empty
    case .drop:
      guard episode.carried != .empty, front == .empty else { return false }
      return dropsNeededKeys || !isNeeded(episode.carried, in: episode.grid)
    case .toggle: return front.object == .door && front.state != .open
    case .done: return false
    }
  }

  /// Whether a key's door is still locked.
  private func isNeeded(_ key: Cell, in grid: Grid) -> Bool {
    guard key.object == .key else { return false }
    return grid.positions(of: .door).contains { grid[$0] == Cell(.door, key.color, .locked) }
  }

  /// Adds a node, if it is new.
  ///
  /// - Parameter world: the number of the surroundings before the action, if there was one.
  private mutating func visit(
    _ episode: GridEpisode, from world: Int? = nil, parent: Int, action: GridAction
  ) {
    // Turns and steps change no surroundings.
    let isMove = action == .left || action == .right || action == .forward
    let number = if let world, isMove { world } else { number(of: episode) }
    let agent = episode.agent
    let cell = agent.position.y * episode.grid.width + agent.position.x
    let place = cell * Direction.allCases.count + agent.direction.rawValue
    guard !visited[number][place] else { return }
    visited[number][place] = true
    nodes.append(Node(world: number, agent: agent, parent: parent, action: action))
  }

  private mutating func number(of episode: GridEpisode) -> Int {
    let surroundings = Surroundings(grid: episode.grid, carried: episode.carried)
    if let number = numbers[surroundings] { return number }
    numbers[surroundings] = worlds.count
    worlds.append(episode)
    let places = episode.grid.width * episode.grid.height * Direction.allCases.count
    visited.append(Array(repeating: false, count: places))
    return worlds.count - 1
  }

  private func path(to last: Int) -> [GridAction] {
    var actions: [GridAction] = []
    var node = nodes[last]
    while node.parent >= 0 {
      actions.append(node.action)
      node = nodes[node.parent]
    }
    return actions.reversed()
  }
}
