import Gridworld
import PeerVerification
import Randomness

/// Holds an episode in which balls wander at random against all that does not depend on where they go.
///
/// It cannot be played again, for the draws are not recorded. Instead each step is held against what
/// was recorded of the moment before it and after it: how the agent turns and moves (MiniGrid moves the
/// balls first, so that one that is seen before the agent afterwards has stopped it), what that earns
/// (MiniGrid asks what was before the agent before the balls moved), when the episode ends, and what is
/// seen and left, where no ball is.
struct WanderingComparison {
  private let file: TraceTensors
  private let family: any Family
  private let wanderer: Cell
  private let start: Layout
  private let actions: [Int]
  private let recorded: GridRecording
  /// The start without what wanders.
  private let still: Grid

  private var agents = GroupErrors("agent", tolerance: 0)
  private var carried = GroupErrors("carried object", tolerance: 0)
  private var views = GroupErrors("view but for the balls", tolerance: 0)
  private var rewards = GroupErrors("reward", tolerance: 0)
  private var terminated = GroupErrors("terminated", tolerance: 0)
  private var truncated = GroupErrors("truncated", tolerance: 0)
  private var lastGrid = GroupErrors("last grid but for the balls", tolerance: 0)

  /// What is not compared, and why.
  static let notCompared =
    "where the balls go, for they wander at random and a trace does not tell their draws, and "
    + "pictures, which show them"

  init(
    _ file: TraceTensors, family: any Family, wanderer: Cell, start: Layout, actions: [Int],
    recorded: GridRecording
  ) {
    (self.file, self.family, self.wanderer) = (file, family, wanderer)
    (self.start, self.actions, self.recorded) = (start, actions, recorded)
    var still = start.grid
    for place in still.positions(of: wanderer.object) { still[place] = .empty }
    self.still = still
  }

  /// - Throws: ``TraceError`` where a recorded agent is none.
  mutating func verify() throws -> [VerificationLine] {
    var before = try agent(0)
    agents.add("step 0", before == start.agent ? 0 : 1)
    look(0, from: before)
    for time in actions.indices.map({ $0 + 1 }) {
      let after = try agent(time)
      compare(time, from: before, to: after)
      look(time, from: after)
      before = after
    }
    compareLastGrid()
    return [agents, carried, views, rewards, terminated, truncated, lastGrid].map(\.line)
  }

  /// Where the agent is at a moment.
  private func agent(_ time: Int) throws -> Agent {
    let numbers = Array(recorded.agents.row(time, of: 3))
    guard let direction = Direction(rawValue: numbers[2]), 0..<still.width ~= numbers[0],
      0..<still.height ~= numbers[1]
    else { throw file.error("`agent` is \(numbers) at step \(time), which is not in the grid") }
    return Agent(Position(numbers[0], numbers[1]), direction)
  }

  /// What the agent sees right before it.
  private func front(_ time: Int) -> ArraySlice<UInt8> {
    let place = AgentView.size / 2 * AgentView.size + AgentView.size - 2
    return Array(recorded.views.row(time, of: GridRecording.viewCount)).row(place, of: 3)
  }

  // MARK: a step

  private mutating func compare(_ time: Int, from before: Agent, to after: Agent) {
    let moment = "step \(time)"
    let action = GridAction(rawValue: actions[time - 1])
    // A ball that came before the agent has stopped it, and is seen there.
    let isStopped = after == before && isWanderer(front(time))
    let expected = moved(action, from: before, isStopped: isStopped)
    agents.add(moment, after == expected ? 0 : 1)

    let isFree = [Cell.empty, .goal].contains { $0.object.rawValue == front(time - 1).first }
    let runsInto = action == .forward && !isFree
    let arrives =
      !runsInto && expected.position != before.position
      && still[expected.position].object == .goal
    let success = 1 - 0.9 * (Double(time) / Double(family.maxSteps))
    // Recorded as `Float`, as rewards are stored here too.
    let reward = Float(runsInto ? -1 : arrives ? success : 0)
    rewards.add(moment, abs(Double(reward) - recorded.rewards[time - 1]))
    let isOver = runsInto || arrives
    terminated.add(moment, isOver == recorded.terminated[time - 1] ? 0 : 1)
    let isCutOff = time >= family.maxSteps && !isOver
    truncated.add(moment, isCutOff == recorded.isCutOff(time) ? 0 : 1)
  }

  /// Where an action leads; what is beyond the three actions is to MiniGrid the first.
  private func moved(_ action: GridAction?, from before: Agent, isStopped: Bool) -> Agent {
    var agent = before
    switch action {
    case .forward where still[before.front].canBeEntered && !isStopped:
      agent.position = before.front
    case .forward: break
    case .right: agent.direction = before.direction.turned(1)
    default: agent.direction = before.direction.turned(-1)
    }
    return agent
  }

  private func isWanderer(_ cell: ArraySlice<UInt8>) -> Bool { Array(cell) == wanderer.encoding }

  // MARK: what is seen

  private mutating func look(_ time: Int, from agent: Agent) {
    let moment = "step \(time)"
    carried.add(moment, difference([0, 0], recorded.carried.row(time, of: 2)))
    let episode = GridEpisode(
      Layout(grid: still, agent: agent), marks: [], key: Key(seed: 0))
    var numbers = [Float](repeating: 0, count: GridRecording.viewCount)
    AgentView(of: episode, hasOpaqueWalls: family.hasOpaqueWalls).encode(into: &numbers)
    let theirs = recorded.views.row(time, of: GridRecording.viewCount)
    views.add(moment, differenceBesideWanderers(numbers.map { UInt8($0) }, Array(theirs)))
  }

  private mutating func compareLastGrid() {
    lastGrid.add("last", differenceBesideWanderers(still.encoding, recorded.lastGrid))
    func count(_ cells: [UInt8]) -> Int {
      stride(from: 0, to: cells.count, by: 3).count { isWanderer(cells[$0..<$0 + 3]) }
    }
    lastGrid.add(
      "number of balls",
      abs(Double(count(start.grid.encoding)) - Double(count(recorded.lastGrid))))
  }

  /// The largest difference of cells, a ball counting as none where ours is empty.
  private func differenceBesideWanderers(_ ours: [UInt8], _ theirs: [UInt8]) -> Double {
    stride(from: 0, to: min(ours.count, theirs.count), by: 3).reduce(0) { largest, place in
      let (here, there) = (ours[place..<place + 3], theirs[place..<place + 3])
      let isHidden = isWanderer(there) && Array(here) == Cell.empty.encoding
      return isHidden ? largest : max(largest, difference(here, there))
    }
  }
}
