import EnvironmentInterface
import Randomness
import Testing

@Suite("Checked and normalised environments")
struct WrapperTests {
  /// The text of the error of a step after `count` good ones.
  private func errorText(
    after count: Int, action: Action, in world: some Environment, good: Action = .discrete(0)
  ) throws -> String? {
    var world = CheckedEnvironment(world)
    var observation = world.makeObservation()
    _ = try world.reset(key: Key(seed: 0), into: &observation)
    for _ in 0..<count { _ = try world.step(good, into: &observation) }
    let error = #expect(throws: EnvironmentError.self) {
      try world.step(action, into: &observation)
    }
    return error?.description
  }

  @Test("an action outside the space is an error with environment, step and value")
  func actionOutside() throws {
    #expect(
      try errorText(after: 1, action: .discrete(2), in: Counter())
        == "test/counter, step 2: action 2 is not in 0..<2; give an action of the space")
  }

  @Test("an action of the other kind is an error")
  func otherKind() throws {
    #expect(
      try errorText(after: 0, action: .continuous([0.5]), in: Counter())
        == "test/counter, step 1: action [0.5] is continuous, but the space is 0..<2; "
        + "give an action of the space")
    #expect(
      try errorText(after: 0, action: .discrete(0), in: Echo())
        == "test/echo, step 1: action 0 is discrete, but the space has 2 continuous dimensions; "
        + "give an action of the space")
  }

  @Test("a continuous action that is NaN, beyond the bounds or too short is an error")
  func continuousOutside() throws {
    #expect(
      try errorText(after: 0, action: .continuous([0, .nan]), in: Echo())
        == "test/echo, step 1: action[1] = nan is not in 0.0...10.0; give an action of the space")
    #expect(
      try errorText(after: 0, action: .continuous([-3, 0]), in: Echo())
        == "test/echo, step 1: action[0] = -3.0 is not in -2.0...2.0; give an action of the space")
    #expect(
      try errorText(after: 0, action: .continuous([1]), in: Echo())
        == "test/echo, step 1: action [1.0] has 1 numbers instead of 2; "
        + "give an action of the space")
  }

  @Test("a reward that is not finite is an error", arguments: [Double.nan, .infinity])
  func rewardNotFinite(reward: Double) throws {
    #expect(
      try errorText(after: 2, action: .discrete(0), in: Counter(treasure: reward))
        == "test/counter, step 3: the reward is \(reward); make the world's rewards finite")
  }

  @Test("an observation that is not finite is an error")
  func observationNotFinite() throws {
    #expect(
      try errorText(after: 0, action: .continuous([0, 0]), in: Echo(echoesNaN: true))
        == "test/echo, step 1: observation 'action'[0] is nan; "
        + "make the world's observations fit its spaces")
  }

  @Test("a step after the last one, or before a reset, is an error")
  func outsideEpisode() throws {
    let text =
      "test/counter: a step outside an episode; call `reset` first, and after a last step"
    #expect(try errorText(after: 5, action: .discrete(0), in: Counter()) == text)
    var world = CheckedEnvironment(Counter())
    var observation = world.makeObservation()
    let error = #expect(throws: EnvironmentError.self) {
      try world.step(.discrete(0), into: &observation)
    }
    #expect(error?.description == text)
  }

  @Test(
    "an action in units of the bounds is clipped, then mapped to them",
    arguments: [
      ([-1, -1], [-2, 0]), ([1, 1], [2, 10]), ([0, 0.5], [0, 7.5]), ([-9, 9], [-2, 10]),
    ] as [([Float], [Float])])
  func normalised(action: [Float], expected: [Float]) throws {
    var world = NormalizedActions(CheckedEnvironment(Echo()))
    #expect(world.actionSpace == .continuous(low: [-1, -1], high: [1, 1]))
    var observation = world.makeObservation()
    _ = try world.reset(key: Key(seed: 0), into: &observation)
    _ = try world.step(.continuous(action), into: &observation)
    #expect(observation.vectors[0] == expected)
  }

  @Test("a driven world refuses an infinite action and passes discrete ones", arguments: [0, 1])
  func driven(action: Int) throws {
    var counter = makeDriven(Counter())
    var observation = counter.makeObservation()
    _ = try counter.reset(key: Key(seed: 0), into: &observation)
    #expect(try counter.step(.discrete(action), into: &observation) == Step(reward: 0))
    var echo = makeDriven(Echo())
    observation = echo.makeObservation()
    _ = try echo.reset(key: Key(seed: 0), into: &observation)
    #expect(throws: EnvironmentError.self) {
      try echo.step(.continuous([.infinity, 0]), into: &observation)
    }
  }
}

/// A world that shows the action.
private struct Echo: Environment {
  var echoesNaN = false

  var id: String { "test/echo" }
  var actionSpace: ActionSpace { .continuous(low: [-2, 0], high: [2, 10]) }
  var observationSpaces: [ObservationSpace] {
    [ObservationSpace(name: "action", kind: .vector(count: 2))]
  }

  mutating func reset(key: Key, into observation: inout Observation) -> Step {
    observation.vectors[0] = [0, 0]
    return .first
  }

  mutating func step(_ action: Action, into observation: inout Observation) -> Step {
    if case .continuous(let values) = action { observation.vectors[0] = values }
    if echoesNaN { observation.vectors[0][0] = .nan }
    return Step(reward: 0)
  }
}
