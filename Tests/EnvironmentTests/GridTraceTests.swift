import EnvironmentInterface
import Gridworld
import Randomness
import Testing

@Suite("Recorded episodes of MiniGrid")
struct GridTraceTests {
  /// Called with the moment's number (0 after the reset), the world, its step and its picture.
  private func replay(
    _ episode: RecordedGridEpisode,
    check: (Int, GridEnvironment, Step, [UInt8]) throws -> Void
  ) throws {
    let family = FixedLayout(name: "recorded", maxSteps: episode.maxSteps, layout: episode.start)
    var world = GridEnvironment(family)
    var observation = world.makeObservation()
    let first = world.reset(key: Key(seed: 0), into: &observation)
    try check(0, world, first, observation.images[0])
    for (index, action) in episode.actions.enumerated() {
      let step = try world.step(.discrete(action), into: &observation)
      try check(index + 1, world, step, observation.images[0])
    }
  }

  @Test("the agent goes where it went", arguments: RecordedGridEpisode.names)
  func positions(name: String) throws {
    let episode = try RecordedGridEpisode(name)
    var last: [UInt8] = []
    try replay(episode) { index, world, _, _ in
      #expect(world.agent == episode.agents[index])
      last = world.grid.encoding
    }
    #expect(last == episode.lastGrid)
  }

  @Test("the symbolic view is the recorded one", arguments: RecordedGridEpisode.names)
  func views(name: String) throws {
    let episode = try RecordedGridEpisode(name)
    try replay(episode) { index, world, _, _ in
      #expect(world.view.encoding == episode.views[index])
    }
  }

  @Test("rewards and ends are the recorded ones", arguments: RecordedGridEpisode.names)
  func outcomes(name: String) throws {
    let episode = try RecordedGridEpisode(name)
    try replay(episode) { index, _, step, _ in
      guard index > 0 else { return #expect(step == .first) }
      #expect(Float(step.reward) == episode.rewards[index - 1])
      #expect(step.isTerminal == episode.terminated[index - 1])
      #expect(step.isLast == (episode.terminated[index - 1] || episode.truncated[index - 1]))
    }
  }

  @Test("pictures are the recorded ones to 1 of 255", arguments: RecordedGridEpisode.names)
  func pictures(name: String) throws {
    let episode = try RecordedGridEpisode(name)
    try replay(episode) { index, _, _, picture in
      guard index < episode.pictures.count else { return }
      let errors = zip(picture, episode.pictures[index]).map { abs(Int($0) - Int($1)) }
      #expect(picture.count == errors.count && errors.allSatisfy { $0 <= 1 })
    }
  }
}
