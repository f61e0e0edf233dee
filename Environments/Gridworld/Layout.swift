import Randomness

/// How an episode begins.
package struct Layout: Sendable {
  package var grid: Grid
  package var agent: Agent

  package init(grid: Grid, agent: Agent) {
    self.grid = grid
    self.agent = agent
  }
}

/// A family of worlds: what sets it apart from others is its layout, its time limit and the actions
/// that matter in it. Each has a file of its own in `Families`.
package protocol Family: Sendable {
  /// The name that MiniGrid gives the world, without its prefix and version.
  var name: String { get }
  /// What is to be done, in one line.
  var summary: String { get }
  /// Steps after which an episode is cut off.
  var maxSteps: Int { get }
  /// The actions that can change anything in the world.
  var usefulActions: [GridAction] { get }
  /// How an episode begins.
  func makeLayout(using generator: inout Generator) -> Layout
}

/// A world that always begins in the same way, such as a recorded one.
package struct FixedLayout: Family {
  package let name: String
  package let maxSteps: Int
  package let layout: Layout
  package let summary = "A recorded episode."
  package let usefulActions = GridAction.allCases

  package init(name: String, maxSteps: Int, layout: Layout) {
    self.name = name
    self.maxSteps = maxSteps
    self.layout = layout
  }

  package func makeLayout(using generator: inout Generator) -> Layout { layout }
}

extension Grid {
  /// An agent that is uniform over the empty cells and the four directions: MiniGrid's
  /// `place_agent`, which draws cells until it finds an empty one.
  func placeAgent(using generator: inout Generator) -> Agent {
    while true {
      let x = generator.integer(below: width)
      let y = generator.integer(below: height)
      guard self[x, y] == .empty else { continue }
      return Agent(x: x, y: y, direction: .right.turned(generator.integer(below: 4)))
    }
  }
}
