import EnvironmentInterface
import Randomness

/// A gridworld with MiniGrid's rules: the agent sees the 7×7 cells before it as a picture, turns,
/// moves forward, and earns `1 - 0.9 · steps / maxSteps` on reaching the goal.
package struct GridEnvironment: Environment {
  package let id: String
  package let actionSpace: ActionSpace
  package private(set) var grid: Grid
  package private(set) var agent: Agent
  private let family: any Family
  private let maxSteps: Int
  /// What each number of the action space means.
  private let actions: [GridAction]
  private var stepCount = 0

  package init(_ family: some Family, actions: [GridAction] = GridAction.allCases) {
    id = GridworldEnvironments.prefix + family.name
    actionSpace = .discrete(count: actions.count)
    self.family = family
    self.actions = actions
    maxSteps = family.maxSteps
    grid = Grid(roomWidth: 3, height: 3)
    agent = Agent(x: 1, y: 1, direction: .right)
  }

  package var information: EnvironmentInformation {
    EnvironmentInformation(
      summary: family.summary, stepLimit: maxSteps, rewardRange: 0...1,
      actionNames: actions.map { "\($0)" })
  }

  package var observationSpaces: [ObservationSpace] {
    [
      ObservationSpace(
        name: "image",
        kind: .image(height: AgentView.pixels, width: AgentView.pixels, channels: 3))
    ]
  }

  package mutating func reset(key: Key, into observation: inout Observation) -> Step {
    var generator = Generator(key: key.fold("layout"))
    let layout = family.makeLayout(using: &generator)
    (grid, agent, stepCount) = (layout.grid, layout.agent, 0)
    view.draw(into: &observation.images[0])
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
    let reachedGoal = act(actions[index])
    view.draw(into: &observation.images[0])
    return Step(
      reward: reachedGoal ? 1 - 0.9 * (Double(stepCount) / Double(maxSteps)) : 0,
      isLast: reachedGoal || stepCount >= maxSteps, isTerminal: reachedGoal,
      success: reachedGoal ? true : stepCount >= maxSteps ? false : nil)
  }

  /// What the agent sees.
  package var view: AgentView { AgentView(of: grid, from: agent) }

  /// Returns whether the agent reached the goal by this action.
  private mutating func act(_ action: GridAction) -> Bool {
    switch action {
    case .left: agent.direction = agent.direction.turned(-1)
    case .right: agent.direction = agent.direction.turned(1)
    case .forward:
      let front = agent.front
      let object = grid[front.x, front.y].object
      if object.canBeEntered { (agent.x, agent.y) = front }
      return object == .goal
    case .pickup, .drop, .toggle, .done: break  // no world here has anything that these move
    }
    return false
  }
}
