import Randomness

/// A family of worlds: its layout and its rules. Each has a file of its own in `Families`.
package protocol Family: Sendable {
  /// The name that MiniGrid gives the world, without its prefix and version.
  var name: String { get }
  /// What is to be done, in one line.
  var summary: String { get }
  /// Steps after which an episode is cut off.
  var maxSteps: Int { get }
  /// Whether walls and closed doors hide what is behind them from the agent; by default they do.
  var hasOpaqueWalls: Bool { get }
  /// The actions of MiniGrid's action space; by default all seven.
  var actions: [GridAction] { get }
  /// The actions that a solution can need.
  var usefulActions: [GridAction] { get }
  /// What moves at random while an episode goes on, so that nobody can play it again who does not
  /// know the draws; by default nothing.
  var wanderer: Cell? { get }
  /// The least and the most that a step can earn; by default 0 and 1.
  var rewardRange: ClosedRange<Double> { get }

  /// How an episode begins.
  func makeLayout(using generator: inout Generator) -> Layout

  /// Places in the first grid that ``step(_:in:)`` will ask for; by default none.
  ///
  /// - Parameter generator: for an order that is drawn.
  func marks(in grid: Grid, using generator: inout Generator) -> [Position]

  /// Does what an action does; by default what it does everywhere.
  ///
  /// - Returns: how the episode ends, or nil where it goes on.
  func step(_ action: GridAction, in episode: inout GridEpisode) -> Outcome?
}

extension Family {
  package var hasOpaqueWalls: Bool { true }
  package var actions: [GridAction] { GridAction.allCases }
  package var wanderer: Cell? { nil }
  package var rewardRange: ClosedRange<Double> { 0...1 }
  package func marks(in grid: Grid, using generator: inout Generator) -> [Position] { [] }
  package func step(_ action: GridAction, in episode: inout GridEpisode) -> Outcome? {
    episode.act(action)
  }
}

/// A family's rules from a given start on, such as a recorded one.
package struct FixedLayout: Family {
  private let base: any Family
  private let layout: Layout
  package let maxSteps: Int

  package init(_ base: any Family, layout: Layout, maxSteps: Int? = nil) {
    self.base = base
    self.layout = layout
    self.maxSteps = maxSteps ?? base.maxSteps
  }

  package var name: String { base.name }
  package var summary: String { base.summary }
  package var hasOpaqueWalls: Bool { base.hasOpaqueWalls }
  package var actions: [GridAction] { base.actions }
  package var usefulActions: [GridAction] { base.usefulActions }
  package var wanderer: Cell? { base.wanderer }
  package var rewardRange: ClosedRange<Double> { base.rewardRange }
  package func makeLayout(using generator: inout Generator) -> Layout { layout }
  package func marks(in grid: Grid, using generator: inout Generator) -> [Position] {
    base.marks(in: grid, using: &generator)
  }
  package func step(_ action: GridAction, in episode: inout GridEpisode) -> Outcome? {
    base.step(action, in: &episode)
  }
}
