import Agents
import Configuration
import EnvironmentInterface
import Randomness
import Sessions
import TestSupport
import Testing
import TrainedAgents
import WorldModels
import Worlds

@Suite("Play in a dream")
struct DreamSessionTests {
  private let trained: TrainedAgent
  private let key = Key(seed: 5)

  /// An agent that has learnt nothing.
  init() throws {
    let configuration = try TrainingConfiguration.resolve(
      task: "gridworld/Empty-5x5", presets: ["debug"], files: [], set: []
    ).configuration
    let world = try EnvironmentRegistry.make(configuration.task, configuration.env)
    trained = TrainedAgent(
      kept(
        try Agent(
          configuration.agent, spaces: world.observationSpaces, actionSpace: world.actionSpace,
          key: Key(seed: 0))), configuration: configuration, step: 0)
  }

  /// Has the model hold that episodes go on, or end, whatever happens.
  private func setContinuation(_ logit: Float) throws {
    let store = trained.agent.parameters
    for entry in store.entries where entry.name.hasPrefix("con/head/") {
      store[entry].fill(entry.name.hasSuffix("bias") ? logit : 0)
    }
  }

  private func session(beside: Bool = false, context: Int? = 2) throws -> DreamSession {
    try DreamSession(of: trained, context: context, beside: beside, key: key)
  }

  @Test("the world beside a dream does the same, and the difference is that of the pictures")
  func beside() throws {
    try setContinuation(50)
    var session = try session(beside: true)
    #expect(session.panels.map(\.title) == ["dream", "world", "difference"])
    var world = try trained.makeEnvironment()
    var observation = world.makeObservation()
    _ = try world.reset(key: key.fold(0), into: &observation)
    let seen = try trained.playEpisode(key: key.fold(0), policy: .random).prefix(2)
    for action in seen.actions { _ = try world.step(action, into: &observation) }
    for number in [1, 1, 0] {
      try session.act(.discrete(number))
      _ = try world.step(.discrete(number), into: &observation)
      let pixels = session.panels.map { $0.picture.pixels.map(Int.init) }
      #expect(session.panels[1].picture.pixels == observation.images[0])
      #expect(pixels[2] == zip(pixels[0], pixels[1]).map { abs($0 - $1) })
    }
    #expect(session.status[0].hasPrefix("episode 1  dreamt 3 steps  action left"))
    #expect(session.status[2].contains("squared error 0."))
    #expect(try self.session().panels.map(\.title) == ["dream"])
  }

  @Test("a world whose episode has ended is compared no more")
  func ended() throws {
    try setContinuation(50)
    var session = try session(beside: true)
    while !session.status[2].contains("over") { try session.act(.discrete(0)) }
    #expect(session.panels.count == 3)
    try session.act(.discrete(0))
    #expect(session.panels.map(\.title) == ["dream", "world"])
    #expect(session.status[2].hasSuffix("compared no more"))
    try session.begin()
    #expect(session.panels.count == 3 && !session.status[2].contains("over"))
  }

  @Test("a dream step by step is what is imagined at once")
  func atOnce() throws {
    try setContinuation(50)
    let agent = trained.agent
    let episode = try trained.playEpisode(key: key, policy: .random).prefix(2)
    let seen = agent.forecast(
      BatchShard([episode], rows: 2, of: agent), draws: .random(key))
    let actions = [Action.discrete(2), .discrete(0), .discrete(2)]
    let whole = agent.forecast(
      from: seen.latents(at: 1), steps: 3,
      actions: .given(actions.flatMap { agent.actionSpace.networkRow($0) }), firstStep: 2,
      draws: .random(key))
    var dream = Dream(of: agent, from: seen.latents(at: 1), firstStep: 2, draws: .random(key))
    let steps = actions.map { dream.take([$0]) }
    #expect(steps.flatMap(\.latents.stoch) == whole.latents.stoch)
    #expect(steps.flatMap(\.rewards) == whole.rewards)
    #expect(dream.ahead == 3)
  }

  @Test("it is over when the model says so, and an action then begins the next")
  func over() throws {
    try setContinuation(-50)
    var session = try session()
    #expect(!session.isOver)
    try session.act(.discrete(0))
    #expect(session.isOver)
    #expect(session.status.last == "the dream is over: n or an action begins anew")
    try session.act(.discrete(0))
    #expect(!session.isOver && session.episodes == 2)
    #expect(session.status[0].hasPrefix("episode 2  dreamt 0 steps  goes on "))
    try setContinuation(50)
    for _ in 0..<5 { try session.act(.discrete(0)) }
    #expect(!session.isOver && session.episodes == 2)
  }

  @Test("a context that is longer than the episode is an error")
  func context() throws {
    #expect(throws: RolloutError.self) { try session(context: 1000) }
  }
}
