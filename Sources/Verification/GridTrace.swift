import EnvironmentInterface
import Gridworld
import NeuralNetworks
import PeerVerification
import Randomness

/// An episode that MiniGrid played: where it began, the actions, and all that was seen.
package struct GridTrace: Sendable {
  private let file: TraceTensors
  private let family: any Family
  /// Steps after which MiniGrid cuts the episode off.
  private let maxSteps: Int
  private let start: Layout
  private let actions: [Int]

  /// Whether tensors are such an episode, maybe a damaged one.
  static func isHeld(by tensors: SafeTensors) -> Bool {
    tensors["grid0"] != nil || tensors["agent0"] != nil
  }

  /// - Parameter name: what errors call the file.
  /// - Throws: ``TraceError``.
  package init(_ tensors: SafeTensors, name: String) throws {
    file = TraceTensors(name: name, tensors: tensors)
    guard let id = tensors.metadata["id"] else { throw file.error("its metadata has no `id`") }
    guard let family = GridworldEnvironments.family(miniGridID: id) else {
      throw file.error(
        "its metadata names the world '\(id)', which is not bundled",
        remedy: "give an episode of a world that `dreamer envs` lists")
    }
    guard let maxSteps = tensors.metadata["max_steps"].flatMap({ Int($0) }), maxSteps > 0 else {
      throw file.error("its metadata has no `max_steps` that is a number of steps")
    }
    self.family = family
    self.maxSteps = maxSteps
    start = try Self.start(file)
    actions = try file.integers("action", shape: [nil])
    if let wrong = actions.first(where: { GridAction(rawValue: $0) == nil }) {
      throw file.error("`action` holds \(wrong), which is none of the seven")
    }
  }

  private static func start(_ file: TraceTensors) throws -> Layout {
    let shape = try file.entry("grid0", shape: [nil, nil, 3]).shape
    let encoding = try file.bytes("grid0", shape: [nil, nil, 3])
    guard let grid = Grid(encoding: encoding, width: shape[0], height: shape[1]) else {
      throw file.error("`grid0` is no grid: too small, or with a number that nothing has")
    }
    let agent = try file.integers("agent0", shape: [3])
    guard let direction = Direction(rawValue: agent[2]), 0..<grid.width ~= agent[0],
      0..<grid.height ~= agent[1]
    else { throw file.error("`agent0` is \(agent), which is not in the grid") }
    return Layout(grid: grid, agent: Agent(Position(agent[0], agent[1]), direction))
  }

  /// Does what was done, and compares.
  ///
  /// - Throws: ``TraceError``.
  package func verify() throws -> [VerificationLine] {
    let recorded = try GridRecording(file, steps: actions.count, grid: start.grid)
    var stepLimit = GroupErrors("step limit", tolerance: 0)
    stepLimit.add("the file's", abs(Double(family.maxSteps) - Double(maxSteps)))
    guard let wanderer = family.wanderer else { return try [stepLimit.line] + replay(recorded) }
    var comparison = WanderingComparison(
      file, family: family, wanderer: wanderer, start: start, actions: actions, recorded: recorded)
    return try [stepLimit.line] + comparison.verify()
  }

  /// What a comparison leaves out, and why; nil where it is whole.
  package var notCompared: String? {
    family.wanderer == nil ? nil : WanderingComparison.notCompared
  }

  /// Does what was done, from the start on.
  private func replay(_ recorded: GridRecording) throws -> [VerificationLine] {
    var comparison = Comparison()
    var world = GridEnvironment(
      FixedLayout(family, layout: start), observing: [.view, .grid, .symbolic])
    var observation = world.makeObservation()
    var step = world.reset(key: Key(seed: 0), into: &observation)
    for time in 0...actions.count {
      if time > 0 { step = try world.step(.discrete(actions[time - 1]), into: &observation) }
      comparison.add(world.episode, observation, recorded, time)
      if time > 0 { comparison.add(step, recorded, time) }
    }
    comparison.lastGrid.add(
      "last", difference(world.episode.grid.encoding[...], recorded.lastGrid[...]))
    return comparison.lines
  }
}

/// The errors by what they are errors of.
private struct Comparison {
  var lastGrid = GroupErrors("last grid", tolerance: 0)
  private var agents = GroupErrors("agent", tolerance: 0)
  private var carried = GroupErrors("carried object", tolerance: 0)
  private var views = GroupErrors("symbolic view", tolerance: 0)
  private var viewPictures = GroupErrors("picture of the view", tolerance: 1)
  private var gridPictures = GroupErrors("picture of the grid", tolerance: 1)
  private var rewards = GroupErrors("reward", tolerance: 0)
  private var terminated = GroupErrors("terminated", tolerance: 0)
  private var truncated = GroupErrors("truncated", tolerance: 0)

  var lines: [VerificationLine] {
    [
      agents, carried, views, viewPictures, gridPictures, rewards, terminated, truncated, lastGrid,
    ].map(\.line)
  }

  mutating func add(
    _ episode: GridEpisode, _ observation: Observation, _ recorded: GridRecording, _ time: Int
  ) {
    let moment = "step \(time)"
    let agent = [
      episode.agent.position.x, episode.agent.position.y, episode.agent.direction.rawValue,
    ]
    agents.add(moment, difference(agent[...], recorded.agents.row(time, of: 3)))
    let hands = episode.carried == .empty ? [0, 0] : episode.carried.encoding.prefix(2)
    carried.add(moment, difference(hands, recorded.carried.row(time, of: 2)))
    let view = observation.vectors[0].map { UInt8($0) }
    views.add(moment, difference(view[...], recorded.views.row(time, of: GridRecording.viewCount)))
    let (grid, image) = (observation.images[0], observation.images[1])
    if recorded.viewPictures.hasRow(time, of: image.count) {
      let picture = recorded.viewPictures.row(time, of: image.count)
      viewPictures.add(moment, difference(image[...], picture))
    }
    if recorded.gridPictures.hasRow(time, of: grid.count) {
      let picture = recorded.gridPictures.row(time, of: grid.count)
      gridPictures.add(moment, difference(grid[...], picture))
    }
  }

  mutating func add(_ step: Step, _ recorded: GridRecording, _ time: Int) {
    let moment = "step \(time)"
    // Recorded as `Float`, as rewards are stored here too.
    rewards.add(moment, abs(Double(Float(step.reward)) - recorded.rewards[time - 1]))
    terminated.add(moment, step.isTerminal == recorded.terminated[time - 1] ? 0 : 1)
    let isCutOff = step.isLast && !step.isTerminal
    truncated.add(moment, isCutOff == recorded.isCutOff(time) ? 0 : 1)
  }
}
