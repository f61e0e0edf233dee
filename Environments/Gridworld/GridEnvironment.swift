import EnvironmentInterface
import Randomness

/// A gridworld with MiniGrid's rules: the agent turns, moves forward, takes, drops and opens things,
/// and earns `1 - 0.9 · steps / maxSteps` where it does what the family asks for.
package struct GridEnvironment: Environment {
  package let id: String
  package let actionSpace: ActionSpace
  package let observationSpaces: [ObservationSpace]
  /// How things stand.
  package private(set) var episode: GridEpisode
  private let family: any Family
  private let maxSteps: Int
  /// What each number of the action space means.
  private let actions: [GridAction]
  private let shows: GridObservation
  private var stepCount = 0

  /// - Parameter actions: what each number of the action space means; nil for MiniGrid's.
  package init(
    _ family: some Family, actions: [GridAction]? = nil, observing shows: GridObservation = .view
  ) {
    let actions = actions ?? family.actions
    id = GridworldEnvironments.prefix + family.name
    actionSpace = .discrete(count: actions.count)
    self.family = family
    self.actions = actions
    self.shows = shows
    maxSteps = family.maxSteps
    // A first layout tells the grid's size.
    let key = Key(seed: 0)
    var generator = Generator(key: key)
    let layout = family.makeLayout(using: &generator)
    episode = GridEpisode(layout, in: family, key: key)
    observationSpaces = shows.spaces(of: layout.grid)
  }

  package var information: EnvironmentInformation {
    EnvironmentInformation(
      summary: family.summary, stepLimit: maxSteps, rewardRange: family.rewardRange,
      bestReturn: BestReturns.byName[family.name], definesSuccess: true,
      actionNames: actions.map { "\($0)" }, actionKeys: Self.keys)
  }

  /// As people play such games.
  private static let keys = [
    "left": ["left", "a"], "right": ["right", "d"], "forward": ["up", "w"], "pickup": ["p"],
    "drop": ["x"], "toggle": ["space", "t"], "done": ["enter"],
  ]

  package var sketch: Sketch? { GridSketch.make(of: episode) }

  package mutating func reset(key: Key, into observation: inout Observation) -> Step {
    var generator = Generator(key: key.fold("layout"))
    let layout = family.makeLayout(using: &generator)
    episode = GridEpisode(layout, in: family, key: key.fold("moves"))
    stepCount = 0
    show(in: &observation)
    return .first
  }

  package mutating func step(
    _ action: Action, into observation: inout Observation
  ) throws -> Step {
    guard case .discrete(let index) = action, actions.indices ~= index else {
      throw EnvironmentError(
        environment: id, step: stepCount + 1,
        problem: actionSpace.objection(to: action) ?? "action \(action)",
        remedy: "give an action of the space")
    }
    stepCount += 1
    let outcome = family.step(actions[index], in: &episode)
    show(in: &observation)
    let isLast = outcome != nil || stepCount >= maxSteps
    return Step(
      reward: reward(of: outcome), isLast: isLast, isTerminal: outcome != nil,
      success: isLast ? outcome == .success : nil)
  }

  private func reward(of outcome: Outcome?) -> Double {
    switch outcome {
    case nil: 0
    case .success: 1 - 0.9 * (Double(stepCount) / Double(maxSteps))
    case .failure(let reward): reward
    }
  }

  /// What the agent sees.
  package var view: AgentView { AgentView(of: episode, hasOpaqueWalls: family.hasOpaqueWalls) }

  /// The whole grid.
  package var picture: GridPicture { GridPicture(of: episode) }

  /// Writes what is shown; images and spaces are in ascending order of their names.
  private func show(in observation: inout Observation) {
    if shows.contains(.grid) { picture.draw(into: &observation.images[0]) }
    guard shows.contains(.view) || shows.contains(.symbolic) else { return }
    let view = view
    if shows.contains(.view) { view.draw(into: &observation.images[shows.contains(.grid) ? 1 : 0]) }
    if shows.contains(.symbolic) { view.encode(into: &observation.vectors[0]) }
  }
}
